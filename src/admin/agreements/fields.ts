import type { PageView } from '../../web/view.ts'
import type { DraftContext } from '../drafts/open-draft.ts'
import { servicesOf } from '../services/catalogue.ts'
import { bodiesOf } from '../services/offered.ts'
import type { DocumentField } from '../shell/document-form.tsx'
import { recordsAt, textAt } from '../shell/values.ts'

export function agreementFields(view: PageView, context: DraftContext): DocumentField[] {
  const bodies = bodiesOf(context)
  const jurisdictions = bodies.filter(({ kind }) => kind === 'jurisdiction')
  const named = (list: typeof bodies) => list.map(({ id, name }) => [id, { text: name }] as const)
  const areas = namesOf(context, 'areas.geojson')
  return [
    { name: 'title', label: 'admin-field-title', path: ['title'], kind: 'line', required: true },
    {
      name: 'accountable',
      label: 'admin-field-accountable',
      hint: 'admin-field-accountable-hint',
      path: ['accountable'],
      kind: 'choice',
      required: true,
      options: named(jurisdictions),
    },
    {
      name: 'performer',
      label: 'admin-field-performer',
      hint: 'admin-field-performer-hint',
      path: ['performer'],
      kind: 'choice',
      required: true,
      options: named(bodies),
    },
    { name: 'from', label: 'admin-field-from', path: ['from'], kind: 'date' },
    { name: 'to', label: 'admin-field-to', hint: 'admin-field-to-hint', path: ['to'], kind: 'date' },
    {
      name: 'services',
      label: 'admin-services',
      hint: 'admin-agreement-services-hint',
      path: ['services'],
      kind: 'choices',
      options: servicesOf(context).map(({ code, name }) => [code, { text: view.localize(name) }] as const),
    },
    ...(areas.length > 0
      ? [
          {
            name: 'areas',
            label: 'admin-areas',
            hint: 'admin-agreement-areas-hint',
            path: ['areas'],
            kind: 'choices',
            options: areas,
          } as const,
        ]
      : []),
    {
      name: 'segments',
      label: 'admin-roads',
      hint: 'admin-agreement-roads-hint',
      path: ['segments'],
      kind: 'list',
    },
    {
      name: 'hours',
      label: 'admin-field-agreement-hours',
      path: ['hours'],
      kind: 'choice',
      options: [
        ['always', 'admin-agreement-always'],
        ['open', 'admin-agreement-open'],
        ['closed', 'admin-agreement-closed'],
      ],
    },
    {
      name: 'urgentOnly',
      label: 'admin-field-urgent-only',
      hint: 'admin-field-urgent-only-hint',
      path: ['urgentOnly'],
      kind: 'flag',
    },
    {
      name: 'preAccepted',
      label: 'admin-field-pre-accepted',
      hint: 'admin-field-pre-accepted-hint',
      path: ['preAccepted'],
      kind: 'flag',
    },
    {
      name: 'deadline',
      label: 'admin-field-deadline',
      hint: 'admin-field-deadline-hint',
      path: ['deadline'],
      kind: 'line',
    },
    {
      name: 'runOff',
      label: 'admin-field-run-off',
      path: ['runOff'],
      kind: 'choice',
      options: [
        ['finish', 'admin-run-off-finish'],
        ['return', 'admin-run-off-return'],
      ],
    },
  ]
}

/** Ids of a file's features, with their names. */
function namesOf({ values }: DraftContext, file: string) {
  const features = recordsAt(values.get(file), ['features'])
  const named = features.map(feature => {
    const id = textAt(feature, ['properties', 'id'])
    return [id, { text: textAt(feature, ['properties', 'name']) || id }] as const
  })
  return [...new Map(named)]
}
