import { CommanderError } from 'commander'
import { asProblem } from '../core/problem.ts'
import { addAdministratorCommand } from './access/administrators.ts'
import { createGrantCommand, endGrantCommand, listGrantsCommand } from './access/grants.ts'
import { createKeyCommand, listKeysCommand, revokeKeyCommand } from './access/keys.ts'
import { rotateKeysCommand } from './access/rotate-keys.ts'
import { endStaffSessionsCommand, staffLinkCommand } from './access/staff.ts'
import { exportCommand, importCommand } from './archive/transfer.ts'
import { auditVerify } from './audit.ts'
import { backupCommand, listBackupsCommand, verifyBackupCommand } from './backup/commands.ts'
import { restoreCommand } from './backup/restore-command.ts'
import { checkDatabasesCommand, releaseDatabaseCommand } from './check-databases.ts'
import type { Command, Report, Terminal } from './command.ts'
import { completionCommand } from './completion.ts'
import { createDatabasesCommand, listDatabasesCommand, migrate } from './database.ts'
import { doctor } from './doctor.ts'
import { importMunicipalitiesCommand } from './import/municipalities.ts'
import { importRequestsCommand } from './import-requests.ts'
import { jobs } from './jobs.ts'
import { importPlacesCommand } from './places/import.ts'
import { listPlacesCommand, removePlacesCommand, searchPlacesCommand } from './places/list.ts'
import { parserFor, UsageError } from './program.ts'
import { rebuildPublicIndexCommand } from './public-index.ts'
import { apply, plan, validate } from './region/documents.ts'
import { confirmHostCommand, listHostsCommand } from './region/hosts.ts'
import { importAreasCommand, importBoundariesCommand, importServicesCommand } from './region/imports.ts'
import { rehearseCommand } from './region/rehearse.ts'
import { rollbackCommand, versionsCommand } from './region/versions.ts'
import { route } from './route.ts'
import { setupCodeCommand } from './setup-code.ts'

const commands: readonly Command[] = [
  validate,
  plan,
  rehearseCommand,
  apply,
  versionsCommand,
  rollbackCommand,
  exportCommand,
  importCommand,
  route,
  importBoundariesCommand,
  importMunicipalitiesCommand,
  importAreasCommand,
  importServicesCommand,
  importRequestsCommand,
  importPlacesCommand,
  listPlacesCommand,
  searchPlacesCommand,
  removePlacesCommand,
  createKeyCommand,
  rotateKeysCommand,
  listKeysCommand,
  revokeKeyCommand,
  createGrantCommand,
  listGrantsCommand,
  endGrantCommand,
  setupCodeCommand,
  addAdministratorCommand,
  listHostsCommand,
  confirmHostCommand,
  staffLinkCommand,
  endStaffSessionsCommand,
  doctor,
  migrate,
  listDatabasesCommand,
  createDatabasesCommand,
  backupCommand,
  listBackupsCommand,
  verifyBackupCommand,
  restoreCommand,
  rebuildPublicIndexCommand,
  checkDatabasesCommand,
  releaseDatabaseCommand,
  jobs,
  auditVerify,
  completionCommand(terminal => parserFor(commands, terminal, async () => {})),
]

export async function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  let code = 0
  const parser = parserFor(commands, terminal, async (chosen, given) => {
    try {
      const report = await chosen.run(terminal, given)
      terminal.out(given.options.json === true ? `${JSON.stringify(report.json, null, 2)}\n` : text(report))
      code = report.exitCode ?? (report.ok ? 0 : 1)
    } catch (error) {
      const { detail, title, cause } = asProblem(error)
      const reason = cause instanceof Error ? ` (${cause.message})` : ''
      code = fail(1, `countyline ${chosen.name}`, detail ?? `${title}${reason}`)
    }
  })
  const fail = (exitCode: number, command: string, message: string) => {
    if (argv.includes('--json')) terminal.out(`${JSON.stringify({ error: message })}\n`)
    terminal.err(`${command}: ${message}\n`)
    return exitCode
  }
  try {
    await parser.parseAsync(argv, { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof UsageError) return fail(2, error.command, error.message)
    // Help was printed: because it was asked for, or because no command was named.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    throw error
  }
}

function text({ lines }: Report): string {
  return lines.map(line => `${line}\n`).join('')
}
