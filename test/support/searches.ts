/** What people type into a service search, by the service that is meant; `-`: none. */
export type Searches = Readonly<Record<string, readonly string[]>>

const lines = (text: string) =>
  text
    .trim()
    .split('\n')
    .map(line => line.trim())

export const ELLERY: Searches = {
  pothole: lines(`
    pothole
    pot hole
    huge pothole near my house on elm street
    pothole mill road
    potholes in front of the school
    there is a big hole in the pavement
    Bache en mi calle
    hay un hueco en la calle
    potole
    pot whole
    vache en mi calle
    hoyo
    twou nan lari a
    pothol`),
  'street-sign': lines(`
    stop sign knocked down
    street name sign missing
    speed limit sign is gone
    señal de alto caída
    pano stop la tonbe`),
  sidewalk: lines(`
    sidwalk
    side walk cracked
    banketa rota
    cracked sidewalk by the library
    my curb is broken
    acera rota
    banqueta levantada
    twotwa kase`),
  accessibility: lines(`
    wheelchair can't get through
    no curb ramp for wheelchairs
    silla de ruedas no puede pasar
    chèz woulant pa ka pase`),
  'snow-ice': lines(`
    street not plowed
    icy road
    snow on my street
    nieve en la calle
    nèj nan lari a`),
  'road-flooding': lines(`
    flooded street
    storm drain clogged
    catch basin full of leaves
    calle inundada
    lari a inonde`),
  'abandoned-vehicle': lines(`
    abandoned car
    abandoned car with no license plate
    junk car parked for weeks
    carro abandonado
    machin abandone`),
  'traffic-signal': lines(`
    traffic light not working
    traffic lite
    stop light is out
    stoplight flashing red
    semáforo apagado
    limyè sikilasyon pa mache`),
  'street-light': lines(`
    street lamp broken
    street lite
    lite out
    streat light
    foco fundido
    streetlight out
    street light out by the courthouse
    luz de la calle apagada
    poste de luz fundido
    limyè lari a etenn
    stret light`),
  'missed-collection': lines(`
    garbage not picked up
    trash
    rubbish
    vasura
    garbaje
    they missed my recycling
    trash pickup missed
    basura
    no recogieron la basura
    fatra
    yo pa ranmase fatra a`),
  'bulk-pickup': lines(`
    sofa
    old mattress
    couch
    old couch on the curb
    washing machine
    sillón viejo
    nevera
    cama
    kanape
    kabann
    get rid of a refrigerator
    recoger muebles viejos
    colchón viejo
    gwo mèb pou ranmase
    matla`),
  'illegal-dumping': lines(`
    someone dumped tires
    illegal dumping behind the school
    junk
    escombros tirados
    llantas tiradas en un lote
    yo jete debri`),
  graffiti: lines(`
    graffiti
    grafitti
    graffiti on the library wall
    tagging on a bridge
    pintada en la pared
    grafiti sou mi an`),
  'water-leak': lines(`
    water leak
    water main break
    water coming up through the street
    fire hydrant leaking
    fuga de agua
    tubo roto
    dlo k ap koule nan lari a`),
  'water-quality': lines(`
    brown water
    rusty water
    no water pressure
    my tap water smells
    agua sucia del grifo
    no tengo agua
    pa gen dlo`),
  'sewer-backup': lines(`
    sewer backing up
    sewage smell
    open manhole
    manhole cover missing
    aguas negras
    egou a debòde`),
  'fallen-tree': lines(`
    tree down
    tres down
    fallen branch blocking the road
    árbol caído
    rama caída
    pyebwa tonbe`),
  'park-maintenance': lines(`
    broken swing
    playground equipment broken
    park restroom is dirty
    parque con baño sucio
    pak la sal`),
  'stray-animal': lines(`
    stray dog
    kitten
    loose dog
    dog bite
    perro suelto
    gato suelto
    chen lage nan lari a`),
  'dead-animal': lines(`
    dead deer
    dead raccoon in the road
    perro muerto
    roadkill
    animal muerto
    bèt mouri`),
  mosquito: lines(`
    mosqito
    mosquitoes
    standing water
    zancudos
    agua estancada
    moustik`),
  noise: lines(`
    my neighbor is loud
    loud music at night
    barking
    barking dog
    fireworks
    perro ladrando
    noise from construction
    ruido
    música fuerte de una fiesta
    twòp bri
    mizik fò`),
  'overgrown-lot': lines(`
    tall grass next door
    rats
    work without a permit
    vacant house
    lote con maleza
    obra sin permiso
    zèb wo`),
  housing: lines(`
    landlord won't fix the heat
    mold in my apartment
    my landlord
    mi apartamento tiene moho
    mèt kay la pa repare chofaj la`),
  'welfare-check': lines(`
    elder abuse
    worried about an older adult
    abuso de un anciano
    vye moun poukont li`),
  'food-safety': lines(`
    food poisoning
    dirty restaurant
    restaurante sucio
    manje a fè m malad nan restoran`),
  'bus-stop': lines(`
    bus shelter broken glass
    bus stop
    parada de autobús
    estasyon bis`),
  'something-else': lines(`
    homeless
    compliment
    quiero hacer una pregunta`),
  '-': lines(`
    pay my water bill
    water bill too high
    how do I pay my bill
    sewer bill
    trash bill payment
    set up autopay for water
    library hours
    library card
    what time does the park close
    park hours
    pool hours
    is the library open
    city hall hours
    building permit
    permit for a fence
    apply for a permit
    parking permit
    do I need a permit for a deck
    yard sale permit
    dog license
    renew dog license
    business license
    food truck license
    marriage license
    driver's license renewal
    fishing license
    property tax
    property tax bill
    pay my taxes
    tax exemption for seniors
    jobs
    city jobs
    apply for a job with the county
    is the city hiring
    jury duty
    court date
    pay a court fine
    traffic court
    parking ticket
    pay parking ticket
    speeding ticket
    red light camera ticket
    school enrollment
    enroll my child in school
    school bus schedule
    school calendar
    birth certificate
    death certificate
    passport
    register to vote
    where do I vote
    city council meeting
    trash schedule
    recycling holiday schedule
    bus fare
    bus pass for seniors
    section 8 voucher
    low income housing application
    food stamps
    unemployment benefits
    rent a pavilion at the park
    reserve a park shelter
    swimming lessons
    adopt a dog
    volunteer at the animal shelter
    start new water service
    turn on water at my new address
    gas leak
    wedding
    lottery
    lite beer permit
    zoning map
    copy of a police report
    inmate lookup
    zzxqy
    pagar el agua
    pagar mi factura de agua
    recibo del agua muy alto
    horario de la biblioteca
    horario del parque
    permiso de construcción
    permiso para una cerca
    licencia de perro
    licencia de conducir
    licencia de matrimonio
    impuesto predial
    pagar impuestos
    trabajo en la ciudad
    empleo
    multa de estacionamiento
    fecha de corte
    inscribir a mi hijo en la escuela
    acta de nacimiento
    registrarme para votar
    cupones de alimentos
    clases de natación
    adoptar un perro
    horario del autobús
    peye bòdwo dlo
    peye fakti dlo m
    orè bibliyotèk la
    kilè pak la ouvri
    pèmi pou konstwi
    lisans pou chen
    lisans pou kondi
    lisans maryaj
    peye taks
    taks sou kay
    djòb nan vil la
    m ap chèche travay
    dat tribinal
    peye kontravansyon
    enskri pitit mwen lekòl
    batistè
    enskri pou vote
    koupon manje
    orè bis la`),
}

/** By the services' names. */
export const WASHINGTON: Searches = {
  Pothole: ['pothole', 'pothole on my street', 'huge pothole near the library'],
  'Abandoned Vehicle - On Public Property': ['abandoned vehicle on public property'],
  'Alley Repair': ['alley repair'],
  'Alleylight Investigation': ['alleylight'],
  'Dead Animal Pickup': ['dead animal', 'dead squirrel'],
  'Graffiti Removal': ['graffiti', 'grafitti on a wall'],
  'Illegal Dumping': ['illegal dumping', 'someone dumped trash'],
  'Parking Meter Repair': ['broken parking meter'],
  'Rat Abatement': ['rats', 'rats in the alley'],
  'Resident Parking Permit': ['parking permit', 'resident parking permit'],
  'Residential Bulk Collection': ['bulk trash'],
  'Recycling Collection - Missed': ['recycling missed'],
  'Sidewalk Repair': ['sidewalk broken'],
  'Sign Missing Investigation': ['missing sign'],
  'Snow/Ice Removal': ['snow', 'ice on the street'],
  'Street Sweeping': ['street sweeping'],
  'Streetlight Repair Investigation': ['streetlight out'],
  'Traffic Signals Investigation': ['traffic signal'],
  'Trash Collection - Missed': ['trash missed', 'missed trash collection'],
  'Tree Planting': ['plant a tree'],
  'Tree Removal': ['tree removal'],
  'Vacant Lot': ['vacant lot'],
  'Yard Waste': ['yard waste'],
  'DMV - Vehicle Registration Issues': ['vehicle registration'],
  '-': [
    'pay my water bill',
    'library hours',
    'marriage license',
    'property tax bill',
    'jobs',
    'jury duty',
    'birth certificate',
    'register to vote',
    'passport',
    'council meeting',
    'court date',
    'food stamps',
    'swimming lessons',
  ],
}
