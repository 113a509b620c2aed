/**
 * Names of columns as files have them, in lower case without punctuation, best first. From OpenAddresses, TIGER/Line,
 * NENA's NG9-1-1 data model (NENA-STA-006) and its older names, the FGDC address standard (STREET_PREMOD, …), OpenStreetMap
 * (addr:housenumber), and counties.
 */
export const columnNames = {
  id: 'sitenguid siteaddid siteid addressid addrid addressguid addptkey addrpntid addresspointid rclnguid lmnpnguid nguid segmentid segid streetid roadid tlid linearid guid globalid uid easfullid id objectid fid hash',
  numberPrefix: 'addnumpre addrnumpre preaddrnum preaddnum numberprefix addressnumberprefix',
  number:
    'number addnumber addressnumber addrnum addrnumber addnum addno addrno housenumber housenum houseno hsenumber hsenum hsno hno addrhousenumber streetnumber streetnum streetno stnumber stnum stno strnum situsnum situsaddrnum situsnumber situshouse situshouseno sitenum sitenumber propnum civicnum civicnumber civicno primaryaddressnumber house',
  suffix:
    'addnumsuf addrnumsuf addrnumsfx addrnsfx addnsfx addrsfx addrsuf addrsuffix addressnumbersuffix numbersuffix numsuffix numsuf numsfx housesuffix housesuf housesfx hsesuf hnosuffix housenumbersuffix stnosuffix streetnumbersuffix halfcode half fraction addrfrac',
  preModifier: 'stpremod streetpremod premod premodifier',
  preDirectional:
    'stpredir lstpredir streetpredir streetprefixdirection streetpredirection streetprefixdir predir stdirpre stpre predirabbrev predirectional predirection prefdir prefixdir dirpre dirprefix prefixdirection streetprefix stprefix strprefix situsfdpre situsdir situspredir fedirp rdpredir streetdir streetdirection stdir strdir direction dir prefix pre pd',
  preType: 'stpretyp stpretype streetpretype pretype pretyp prefixtype fetypep rdpretype',
  preSeparator: 'stpresep streetpresep presep',
  streetName:
    'stname lstname stnam streetname streetnam streetnm strname strnam situsfname situsstreetname situsstname fename roadname rdname rdnam basename streetbase street road name',
  streetType:
    'stpostyp lsttype lsttyp streetpostype streetposttype sttype sttyp stype streettype strtype postype posttype postyp situsftype situstype fetype fetypes roadtype rdtype rdsuf streetsuffix stsuffix stsuf strsuffix sttypesuffix suffixtype suftype suffix type sufx sfx',
  postDirectional:
    'stposdir lstposdir streetpostdir streetposdir streetsuffixdirection streetpostdirection postdir stdirsuf quadrant quad posdir postdirectional postdirection sufdir sufdirection suffixdir suffixdirection dirsuf dirsuffix stsufdir situsfdsuf situspostdir fedirs rdpostdir streetsuffix stsuffix suffix suf',
  postModifier: 'stposmod streetpostmod postmod postmodifier',
  street:
    'fullname fullstreetname fullstreet fullstname fullstrname stfullname streetfullname streetfull fullroadname fullrdname roadfullname fulname fullname1 stname1 completestreetname wholestreetname addrstreet street streetname road roadname thoroughfare fullst stfull strfull rdfullname label streetlabel name stname',
  unitType: 'unittype unitdesignator unitdesig unitdesc apttype subaddresstype',
  unit: 'unit unitnum unitnumber unitno unitname unitid addrunit apt aptnum aptno aptnumber apartment suite ste subaddress secondaryaddress secondary subunit',
  address:
    'fulladdr fulladdress fulladd fulladdrs fulladr addrfull addressfull addfull completeaddress siteaddress siteaddr situsaddress situsaddr propertyaddress propaddr propaddress streetaddress stadd staddress dlvryadd deliveryaddress locaddress physicaladdress physaddr saddr saddress address1 addressline1 addrline1 addr1 address addr situs location',
  city: 'postcomm postalcommunity postalcomm poname postcomm1 postalctyname postalcityname postoffice pocity uspscity postcity postalcity mailcity mailingcity mailingmunicipality mailingmu zipname zipcity addrcity city cityname ctyname situscity sitecity propcity town townname community commname msagcomm msagcommunity incmuni municipality legalcomm munic postal muni municipalityname muniname place placename locality',
  state: 'state statecode stateabbr stateabbrev addrstate stabbr st province region uspsstate situsstate',
  postcode:
    'postcode addrpostcode zipcode zip zipnum zip5 zipcode5 postalcode postalcd zipcd uspszip uspszipcode poszip postzip situszip sitezip propzip mailzip',
  lat: 'lat latitude latdd latwgs84 latwgs gpslat addrlat intptlat ylat latitudey latit y ycoord ycoordinate pointy coordy northing addry ycoor',
  long: 'lon long lng longitude longdd longwgs84 longwgs lonwgs84 gpslon gpslong addrlon intptlon intptlong xlong xlon longitudex longit x xcoord xcoordinate pointx coordx easting addrx xcoor',
  geometry:
    'thegeom geom geometry wkt wktgeometry wktgeom shape location1 location point geolocation georeference geocodedcolumn newgeoreferencedcolumn latlong latlng latlon coordinates',
  leftFrom:
    'fromaddrl lfromaddr lfromadd lfromhn fromadl fromaddrleft fromleft leftfrom fromaddressleft laddfrom ladd1 lfadd lfaddr lfromaddress lfrom fraddl fromhnl fradl froml adleftfrom leftfromaddress leftaddfrom addrlfrom llow leftlow lefta1 lfr llowhn fromhouseleft',
  leftTo:
    'toaddrl ltoaddr ltoadd ltohn toadl toaddrleft toleft leftto toaddressleft laddto ladd2 ltaddr ltoaddress lto toaddl tohnl tol lefttoaddress leftaddto addrlto lhigh lefthigh lefta2 ltadd lhighhn tohouseleft',
  rightFrom:
    'fromaddrr rfromaddr rfromadd rfromhn fromadr fromaddrright fromright rightfrom fromaddressright raddfrom radd1 rfadd rfaddr rfromaddress rfrom fraddr fromhnr fradr fromr rightfromaddress rightaddfrom addrrfrom rlow rightlow righta1 rfr rlowhn fromhouseright',
  rightTo:
    'toaddrr rtoaddr rtoadd rtohn toadr toaddrright toright rightto toaddressright raddto radd2 rtaddr rtoaddress rto toaddr tohnr tor righttoaddress rightaddto addrrto rhigh righthigh righta2 rtadd rhighhn tohouseright',
  leftCity:
    'postcommleft postcomml lpostcomm postalcityl leftpostalcity postalcommunityleft ponamel msagcomml msagcommunityleft lmsagcomm cityleft cityl lcity leftcity lefttown incmunil lincmuni munileft munil lmuni uninccomml placel lplace communityleft leftcommunity comml lcomm zipnamel',
  rightCity:
    'postcommright postcommr rpostcomm postalcityr rightpostalcity postalcommunityright ponamer msagcommr msagcommunityright rmsagcomm cityright cityr rcity rightcity righttown incmunir rincmuni muniright munir rmuni uninccommr placer rplace communityright rightcommunity commr rcomm zipnamer',
  leftPostcode:
    'postcodeleft postcodel lpostcode zipl lzip zipleft leftzip zipcodel zipcodeleft leftzipcode lzipcode zip5l lzip5 postall',
  rightPostcode:
    'postcoderight postcoder rpostcode zipr rzip zipright rightzip zipcoder zipcoderight rightzipcode rzipcode zip5r rzip5 postalr',
  roadClass:
    'mtfcc roadmtfcc roadclass rdclass roadcls streetclass stclass funcclass functionalclass functionalclassification fclass funclass fccode cfcc fcc highway classification class roadtype rdtype streettype',
  owner:
    'maint maintby maintainedby maintainer maintenance maintenanceby maintresp maintauth maintagency maintjuris maintenanceresponsibility maintenanceauthority maintenanceagency roadmaint rdmaint stmaint streetmaintenance ownership owner ownedby roadowner roadownership owntype ownertype jurisdiction juris jurisd agency responsibility custodian',
  from: 'effective effectivedate effectdate effdate datefrom validfrom startdate begindate accepted acceptdate accepteddate dateaccepted acceptancedate dateeffective',
  placeName:
    'lmnpname landmarkname completelandmarkname landmark poiname facilityname facname faclname parkname schoolname buildingname bldgname commonname sitename placename fullname title label name',
  districtName:
    'districtname distname districtno districtnum districtnumber distno distnum district dist councildistrict councildist coundist cncldist wardname wardno wardnum ward precinctname precinctno precinctnum pctnum precinct pct vtdname vtd zonename evaczone evacuationzone evacuation evac zone collectionarea routename route area area1 name fullname namelsad title label id',
  holder:
    'holder holdername councilmember councilmem member membername councilperson councilman councilor councillor repname representative rep commissioner commname supervisor supname alderman alderperson trustee incumbent official officialname electedofficial',
  phone: 'phone phonenumber phoneno telephone tel officephone contactphone phone1',
  email: 'email emailaddress mail officeemail contactemail email1',
  url: 'url website web webpage weburl weblink link homepage',
  termFrom: 'termstart termbegin termbegins startdate datefrom from sworn electedon tookoffice',
  termTo: 'termend termends termexpires expires expiration enddate dateto to until',
  days: 'collectionday collectday pickupday pickup trashday trash garbageday garbage refuseday recycleday recyclingday recycday yardday yardwasteday serviceday svcday weekday days day dayofweek',
  week: 'collectionweek recycleweek recyclingweek recycweek abweek weekab weekcolor pickupweek week cycle',
  placeKind:
    'kind lmnptype amenity landmarktype poitype placetype facilitytype factype subtype category class type use leisure mtfcc',
} as const satisfies Readonly<Record<string, string>>

export type ColumnRole = keyof typeof columnNames

/** The rank of a name among those of a role, from 0; undefined if it is none of them. */
export function rankOf(role: ColumnRole, column: string): number | undefined {
  const name = plain(column)
  const exact = ranks.get(role)?.get(name)
  if (exact !== undefined || column.length !== DBF_NAME) return exact
  const rank = [...(ranks.get(role)?.keys() ?? [])].findIndex(known => known.startsWith(name))
  return rank < 0 ? undefined : rank
}

/** In a shapefile, longer names are cut to this. */
const DBF_NAME = 10

function plain(column: string): string {
  return column.toLowerCase().replace(/[^a-z0-9]/g, '')
}

const ranks = new Map<string, ReadonlyMap<string, number>>(
  Object.entries(columnNames).map(([role, names]) => [
    role,
    new Map(names.split(' ').map((name, rank) => [name, rank])),
  ]),
)
