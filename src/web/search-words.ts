import { fold } from '../core/spelling.ts'

/** Grammar, and words that any report can begin with. They say nothing of what it is about. */
const FILLER = `
  the and for are was were is it its this that these those there here with from into onto has have had does did don doesn
  won can cant could would should will shall not but you your our their his her him she they them who whom whose what where
  why how which while been being get got getting let please thanks thank hello hey want wants wanted need needs needed
  help report reporting request requesting ask tell someone somebody something anything anyone else about very really still
  again always every all any some much many just now today yesterday week weeks month months ago since before after near
  front behind next beside between across over under above below
  el la los las un una unos unas de del al en con por para que como donde cual quien esta este esto esa ese eso estan
  estoy ser son hay tiene tienen tengo mi mis su sus tu nuestro nuestra muy mas pero porque desde hace hasta sin sobre entre
  frente cerca quiero quisiera necesito necesita puedo puede reportar pedir favor algo alguien otro otra hola gracias asunto
  mwen nou yap kap pou nan sou yon ki kote kijan poukisa gen genyen pa sa men avek ak devan dèyè bò kay lakay mwenm
  vle bezwen ede rapòte tanpri mèsi bagay lòt anpil toujou pandan depi`

/** Words that many kinds of problem share: they rank what fits, and find nothing alone. */
const COMMON = `
  broken break damaged damage missing missed problem problems issue trouble bad wrong old new big large small huge little
  blocked public private unsafe dirty out down off not working work works service services fix repair replace remove removal clean cleaning
  pick pickup low high long full empty too night door next place property area building home house person people adult
  other another neighbor neighborhood city county town street road avenue corner block local hole
  roto rota dañado dañada falta problema mal mala viejo vieja nuevo nueva grande grandes sucio sucia arreglar reparar
  limpiar quitar recoger casa lugar calle ciudad vecino vecina persona personas gente grave
  kase gate manke pwoblèm move vye nouvo gwo sal repare netwaye retire ranmase lari vil moun vwazen lwaye sekirite pran`

/**
 * What people ask a government that no report answers: bills, hours, permits, taxes, jobs, courts, schools, licenses. A
 * service is not found by its other words unless it names these too, or the rest of the question is clearly about it.
 */
const ELSEWHERE = `
  pay paying payment payments bill bills billing invoice receipt cost costs price prices fee fees charge charges rate rates rebate rebates start
  owe debt due refund balance deposit autopay discount autodraft shutoff account password login online website
  hour hours schedule opens opening close closes closed closing calendar appointment appointments 
  permit permits license licenses licence licensing certificate certificates application applications apply register
  registration registered renew renewal passport passports visa notary records record deed deeds zoning inspector copy
  birth death marriage marry married divorce wedding adopt adoption citizenship immigration social security
  tax taxes taxation irs assessment assessor appraisal exemption homestead mortgage
  job jobs hiring hire career careers employment employee salary internship volunteer volunteering unemployment
  court courts jury judge lawyer attorney legal lawsuit sue jail inmate inmates warrant bail bond probation
  ticket tickets citation fine fines violation hearing appeal 
  enroll enrollment camera cameras student students teacher class classes lesson lessons kindergarten graduation tutoring homework diploma camp
  vote voting voter election elections ballot polling candidate mayor council ordinance ordinances law laws rules guidelines rights lawsuits commissioner meeting meetings agenda budget
  benefits medicaid medicare snap stamps voucher vouchers section income affordable assistance eviction insurance grant loan
  concert festival parade tour reservation reserve booking rent pass
  fare fares route routes dmv driver vaccine vaccination pharmacy prescription weather
  news internet wifi cable gas electric electricity outage reading auction auctions towed impound impounded scores program programs bid bids vendor contract 
  abre abren cierra cierran pagar pago pagos factura facturas recibo cuenta cobro costo cuesta cuanto precio tarifa tarifas deuda reembolso saldo
  depósito contraseña horario horarios hora horas cita citas permiso permisos licencia licencias certificado certificados solicitud solicitar registrar registro renovar
  pasaporte pasaportes actas acta nacimiento defunción matrimonio casarme casarse divorcio adoptar adopción ciudadanía
  impuesto impuestos predial avalúo hipoteca trabajo trabajos empleo empleos vacante vacantes contratan
  corte tribunal jurado juez abogado cárcel preso multa multas boleto infracción audiencia 
  inscribir inscripción matricular matrícula estudiante maestro clase clases guardería 
  votar voto elección elecciones alcalde vacante concejo reunión presupuesto beneficios cupones asistencia desempleo seguro
  concierto evento desfile reservar reserva vacuna gas electricidad conducir
  manejar renta internet
  fèmen peye peman fakti bòdwo kont resi pri konbyen koute frè dèt lè orè randevou pèmi lisans
  sètifika batistè aplikasyon aplike enskri enskripsyon renouvle paspò viza maryaj marye divòs lanmò adopsyon sitwayènte
  enpo taks djòb travay anplwa anbochaj tribinal jij jiri avoka prizon kontravansyon amann tikè elèv
  pwofesè klas vote vòt eleksyon majistra reyinyon bidjè benefis koupon èd asistans chomaj asirans
  konsè rezève rezèvasyon vaksen gaz elektrisite kouran entènèt kondi`

/** Places that a problem can be at, and that are asked about too. */
const PLACES = `
  open opened time when day days holiday holidays address phone directions school schools library museum courthouse police sheriff college university daycare doctor dentist clinic hospital hotel airport gym event events
  abierto abierta cuando día dirección teléfono policía escuela escuelas colegio universidad
  biblioteca museo médico dentista clínica
  ouvri kilè jou adrès telefòn lapolis lekòl inivèsite gadri bibliyotèk mize doktè dantis klinik lopital`

const set = (text: string) => new Set(text.split(/\s+/).map(fold))
const kinds = { elsewhere: set(ELSEWHERE), place: set(PLACES), common: set(COMMON), filler: set(FILLER) }
const order = ['elsewhere', 'place', 'common', 'filler'] as const

export type WordKind = keyof typeof kinds | 'plain'

/** Takes a folded word. */
export function kindOf(word: string): WordKind {
  return order.find(kind => kinds[kind].has(word)) ?? 'plain'
}

/** A folded word without its plural, gender and English verb endings; of doubled letters one, but for vowels within. */
export function stem(word: string): string {
  // Not of the family of "park".
  if (word.length < 4 || /^park(ing|ed)$/.test(word)) return word
  const root = singular(word)
    .replace(/(?<=\w{3})(?:ing|ed)$/, '')
    .replace(/(?<=\w{4})[aeoy]$/, '')
  return root.replace(/([^aeiou])\1+|([aeiou])\2+$/g, '$1$2')
}

export function singular(word: string): string {
  return word.replace(/(?<!s)s$/, '')
}

/** Words that English or Spanish writers confuse have the same: "lite" and "light", "vasura" and "basura". */
export function soundOf(word: string): string {
  return singular(word)
    .replace(/igh(?=t)/, 'i')
    .replace(/(?<=it)e$/, '')
    .replace(/ph/g, 'f')
    .replace(/ea/g, 'ee')
    .replace(/(?<![cst])h/g, '')
    .replace(/v/g, 'b')
    .replace(/z|c(?=[ei])/g, 's')
    .replace(/ck|qu(?=[ei])|c(?!h)/g, 'k')
    .replace(/(.)\1+/g, '$1')
}
