// Slugs have no underscore and no double hyphen, so a secret's name belongs to exactly one body.

export interface SecretOwner {
  /**
   * `OIDC`: a jurisdiction's sign-in provider. `PARTNER`: a key that a partner gave the region. `GEOCODER`: the
   * region's key for geocoders of the kind that `body` is.
   */
  readonly purpose: 'OIDC' | 'PARTNER' | 'GEOCODER'
  readonly region: string
  readonly body: string
}

export function secretNameOf({ purpose, region, body }: SecretOwner): string {
  return `${purpose}_${upper(region)}__${upper(body)}`
}

/** The owner's secret name, alone or followed by `__` and a suffix such as `2027`. */
export function isSecretOf(owner: SecretOwner, name: string): boolean {
  const own = secretNameOf(owner)
  return name === own || (name.startsWith(`${own}__`) && /^[A-Z0-9]+$/.test(name.slice(own.length + 2)))
}

function upper(slug: string): string {
  return slug.toUpperCase().replaceAll('-', '_')
}
