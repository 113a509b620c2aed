import type { Child } from 'hono/jsx'

interface Column {
  readonly text: string
  readonly isNumber?: boolean
}

/** A table that scrolls by itself where it is wider than the screen, by keyboard too. */
export function DataTable(props: { label: string; columns: readonly Column[]; children?: Child }) {
  const { label, columns, children } = props
  return (
    <section class="table-scroll" tabindex={0} aria-label={label}>
      <table class="table">
        <caption class="usa-sr-only">{label}</caption>
        <thead>
          <tr>
            {columns.map(({ text, isNumber }) => (
              <th scope="col" class={isNumber ? 'table__number' : undefined}>
                {text}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  )
}
