import { compileRouting } from '../runtime/routing.ts'
import { checkAgreements } from './checks/agreements.ts'
import { checkAgreementsTogether } from './checks/agreements-together.ts'
import { checkBasemap } from './checks/basemap.ts'
import { checkDistricts } from './checks/districts.ts'
import { checkEmergencies } from './checks/emergencies.ts'
import { checkFeatures } from './checks/features.ts'
import { checkGeocoders } from './checks/geocoders.ts'
import { checkJurisdictions } from './checks/jurisdictions.ts'
import { knownNames } from './checks/known-names.ts'
import { checkHosts, checkRegion } from './checks/region.ts'
import { checkServices } from './checks/services.ts'
import {
  checkClaims,
  checkNarrowGaps,
  checkSides,
  checkSwapped,
  checkTerritories,
} from './checks/territory.ts'
import { checkTranslations } from './checks/translations.ts'
import { type IssueAtPath, isError } from './issue.ts'
import type { Documents } from './snapshot.ts'

export function validateDocuments(
  region: string,
  documents: Documents,
  takenHosts: ReadonlyMap<string, string>,
): readonly IssueAtPath[] {
  const known = knownNames(documents)
  const findings = [
    ...checkRegion(region, documents, known),
    ...checkHosts(documents, known, takenHosts),
    ...checkEmergencies(documents),
    ...checkBasemap(documents),
    ...checkGeocoders(region, documents),
    ...checkServices(documents, known),
    ...checkJurisdictions(region, documents, known),
    ...checkDistricts(documents),
    ...checkAgreements(documents, known),
    ...checkFeatures(documents, known),
    ...checkSwapped(documents),
    ...checkTranslations(documents),
  ]
  if (findings.some(isError)) return findings
  const routing = compileRouting({ region, version: 0, documents })
  return [
    ...findings,
    ...checkAgreementsTogether(documents, routing),
    ...checkSides(documents, routing),
    ...checkTerritories(documents),
    ...checkClaims(documents),
    ...checkNarrowGaps(documents, routing),
  ]
}
