import { checkAgreements } from './checks/agreements.ts'
import { checkAgreementsTogether } from './checks/agreements-together.ts'
import { checkFeatures } from './checks/features.ts'
import { checkClaims, checkSides, checkSwapped, checkTerritories } from './checks/ground.ts'
import { checkJurisdictions } from './checks/jurisdictions.ts'
import { knownNames } from './checks/known.ts'
import { checkHosts, checkRegion } from './checks/region.ts'
import { checkServices } from './checks/services.ts'
import { checkTranslations } from './checks/translations.ts'
import { type Finding, isError } from './fault.ts'
import { compileRouting } from './routing.ts'
import type { Documents } from './snapshot.ts'

/**
 * What no single document can know: names that lead nowhere or stand twice, dates that end before they begin, and, where
 * those are right, what the documents do together on the ground.
 */
export function validateDocuments(
  region: string,
  documents: Documents,
  takenHosts: ReadonlyMap<string, string>,
): readonly Finding[] {
  const known = knownNames(documents)
  const findings = [
    ...checkRegion(region, documents, known),
    ...checkHosts(documents, known, takenHosts),
    ...checkServices(documents, known),
    ...checkJurisdictions(documents, known),
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
  ]
}
