internal import JobModel

extension WorkflowReader {
    /// A trigger that goes by events, and its place.
    typealias ReadTrigger = (definition: EventTriggerDefinition, field: SourceField)

    func readTriggers(
        _ field: SourceField,
        params: [ReadParam]
    ) -> (schedules: [ScheduleDefinition], events: [ReadTrigger]) {
        guard let elements = field.elements(of: "triggers", atMost: ScheduleDefinition.maximumCount) else {
            return ([], [])
        }
        var taken: Set<String> = []
        var schedules: [ScheduleDefinition] = []
        var events: [ReadTrigger] = []
        for element in elements {
            let kinds = (ScheduleDefinition.kinds + EventTriggerDefinition.kinds).filter { element.member($0) != nil }
            if let clock = kinds.first(where: ScheduleDefinition.kinds.contains),
                let event = kinds.first(where: EventTriggerDefinition.kinds.contains)
            {
                element.fault("\(clock) and \(event) exclude each other", hint: "make two triggers of it")
            } else if kinds.contains(where: EventTriggerDefinition.kinds.contains) {
                guard let trigger = EventTriggerDefinition(reading: element, taken: &taken) else {
                    _ = context.takeUses()
                    continue
                }
                checkUses(ofTrigger: element, by: .events)
                check(trigger.params, at: element, params: params)
                events.append((trigger, element))
            } else {
                let schedule = ScheduleDefinition(reading: element, taken: &taken)
                checkUses(ofTrigger: element, by: .clock)
                guard let schedule else { continue }
                check(schedule.params, at: element, params: params)
                schedules.append(schedule)
            }
        }
        return (schedules, events)
    }

    /// What a trigger goes by, and so what its expressions may read.
    private enum Basis {
        case clock, events

        var fields: [Expression.TriggerField] {
            switch self {
            case .clock: [.dueAt, .date, .timestamp, .schedule]
            case .events: [.events, .event, .partition]
            }
        }

        func knows(_ reference: Expression.Reference, isFilter: Bool) -> Bool {
            switch reference {
            case .trigger(let field): !isFilter && fields.contains(field)
            case .local(.event): isFilter
            default: false
            }
        }

        func hint(isFilter: Bool) -> String {
            guard !isFilter else { return "where reads the event: event.data, event.key" }
            let names = fields.map { "trigger.\($0.rawValue)" }
            return "params of \(self == .clock ? "triggers" : "this trigger") read "
                + names.dropLast().joined(separator: ", ") + " or \(names[names.count - 1])"
        }
    }

    private func checkUses(ofTrigger element: SourceField, by basis: Basis) {
        // A param may be called where too.
        let filter = element.path.appending(key: "where")
        for use in context.takeUses() {
            let isFilter = use.path == filter
            for reference in use.references.sorted(by: { $0.description < $1.description })
            where !context.isKept && !basis.knows(reference, isFilter: isFilter) {
                context.faults.add(
                    "\(reference) is not known before the run starts",
                    at: use.place,
                    path: use.path.description,
                    hint: basis.hint(isFilter: isFilter)
                )
            }
        }
    }

    private func check(_ members: [TemplateValue.Member], at element: SourceField, params: [ReadParam]) {
        let given = (element.entries(of: nil) ?? []).first { $0.name == "params" }?.value
        let fields = Dictionary(
            (given?.entries(of: nil) ?? []).map { ($0.name, $0.value) },
            uniquingKeysWith: { first, _ in first }
        )
        let known = params.map(\.name)
        for member in members where !known.contains(member.key) {
            fields[member.key]?.fault(
                "there is no param \(quoted(member.key))",
                hint: Spelling.hint(for: member.key, among: known)
            )
        }
        for param in params {
            guard let member = members.first(where: { $0.key == param.name }) else {
                guard param.definition.isRequired, param.definition.default == nil else { continue }
                element.fault("the param \(quoted(param.name)) is required", hint: "give it a value in params")
                continue
            }
            let value: JSONValue? =
                switch member.value {
                case .constant(let value): value
                case .text(let template): template.literal.map(JSONValue.string)
                case .array, .object: nil
                }
            guard let value, !param.definition.type.accepts(value) else { continue }
            let _: Never? = fields[param.name]?.expected(param.definition.type.indefinite)
        }
    }

    /// Reports triggers that the workflow's own jobs would set off, without an end.
    func checkCycles(of triggers: [ReadTrigger], through jobs: [ReadJob]) {
        var producers: [String: String] = [:]
        for job in jobs {
            for product in job.definition?.flow.products ?? [] {
                if let asset = product.asset.literal { producers[AssetName.event(of: asset)] = job.name }
            }
        }
        for (trigger, field) in triggers where trigger.filter == nil {
            guard let taken = trigger.condition.taken(of: Set(producers.keys)), let name = taken.min(),
                let job = producers[name]
            else { continue }
            field.fault(
                "the workflow would start itself, without an end: its job \(quoted(job)) produces "
                    + (AssetName.asset(of: name) ?? name),
                hint: "say with where which updates count"
            )
        }
    }
}
