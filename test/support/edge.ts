import { fileURLToPath } from 'node:url'

/** How the worker is started in workerd, with its own database server; what it stores itself lies in a folder. */
export interface EdgeSettings {
  readonly port: number
  readonly host: string
  /** Holds the data of R2 and the queue. */
  readonly folder: string
  readonly variables: Readonly<Record<string, string>>
}

export const wrangler = fileURLToPath(new URL('../../node_modules/.bin/wrangler', import.meta.url))

export function wranglerArguments({ port, host, folder, variables }: EdgeSettings): string[] {
  return [
    'dev',
    '--port',
    String(port),
    '--ip',
    host,
    '--persist-to',
    folder,
    ...Object.entries(variables).flatMap(([name, value]) => ['--var', `${name}:${value}`]),
    '--show-interactive-dev-session=false',
  ]
}
