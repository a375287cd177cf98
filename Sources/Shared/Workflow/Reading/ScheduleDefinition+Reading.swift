internal import JobModel
internal import Schedules

extension ScheduleDefinition {
    /// How many triggers a workflow may have.
    static let maximumCount = 100
    static let kinds = ["cron", "every", "dates"]
    private static let keys = KnownKeys(
        kinds + [
            "name", "timezone", "start", "end", "except", "only", "jitter", "catchup", "overlap", "params",
        ],
        later: ["webhook"]
    )
    /// From when on a schedule must be due some time: 1 January 1970.
    private static let firstLook = 0

    /// Reads a trigger; nil where it cannot be understood, which is reported.
    ///
    /// - Parameter taken: The names of the schedules before it; its own is added.
    init?(reading field: SourceField, taken: inout Set<String>) {
        guard let mapping = field.mapping(Self.keys) else { return nil }
        guard let kind = Self.kind(mapping) else { return nil }
        name = mapping.triggerName(kind, taken: &taken)
        let zone = Self.zone(mapping)
        let rhythm = Self.rhythm(kind, mapping, zone)
        timezone = mapping["timezone"]?.node.scalarText ?? Zone.utc.name
        start = mapping["start"].flatMap { Self.moment($0, zone) }
        end = mapping["end"].flatMap { Self.moment($0, zone) }
        except = mapping["except"].map(Self.days) ?? []
        only = mapping["only"].map(Self.days) ?? []
        jitter = mapping["jitter"]?.duration(atLeast: .zero) ?? .zero
        catchup = mapping["catchup"]?.choice(Catchup.self) ?? .latest
        overlap = mapping["overlap"]?.choice(Overlap.self) ?? .allow
        params = mapping["params"].map { $0.triggerParams() } ?? []
        guard let rhythm else { return nil }
        self.rhythm = rhythm
        if zone != nil { check(mapping, kind) }
    }

    private static func kind(_ mapping: SourceMapping) -> String? {
        let given = kinds.filter { mapping[$0] != nil }
        guard given.count == 1 else {
            guard !given.isEmpty || !mapping.hasUnknownKeys else { return nil }
            mapping.field.fault(
                given.isEmpty
                    ? "the trigger says nothing to start runs by"
                    : "\(given.joined(separator: " and ")) exclude each other",
                hint: "a trigger has one of \((kinds + EventTriggerDefinition.kinds).joined(separator: ", "))"
            )
            return nil
        }
        return given[0]
    }

    /// The zone; nil where there is none of the name, which is reported, or none at all on this machine.
    ///
    /// A version that was accepted stays readable on machines that do not know its zone: whoever asks when it is due
    /// is told.
    private static func zone(_ mapping: SourceMapping) -> Zone? {
        guard let field = mapping["timezone"] else { return .utc }
        guard let name = field.nonEmptyText() else { return nil }
        do throws(ZoneError) {
            return try ZoneDirectory.system.zone(name)
        } catch {
            if case .noDatabase = error { return nil }
            if field.context.isKept { return nil }
            field.fault(error.description, hint: error.hint)
            return nil
        }
    }

    private static func rhythm(_ kind: String, _ mapping: SourceMapping, _ zone: Zone?) -> Rhythm? {
        guard let field = mapping[kind] else { return nil }
        switch kind {
        case "cron":
            guard let text = field.nonEmptyText() else { return nil }
            do throws(CronError) {
                let expression = try CronExpression(text)
                guard expression.isEverDue(after: firstLook) else { throw .impossible(text) }
                return .cron(expression)
            } catch {
                field.fault(error.description, hint: error.hint)
                return nil
            }
        case "every":
            guard let length = field.duration(atLeast: .seconds(1)) else { return nil }
            guard length.components.attoseconds == 0 else { return field.expected("whole seconds") }
            return .every(length)
        default:
            guard let elements = field.elements(of: "dates", atMost: 1_000) else { return nil }
            if elements.isEmpty { field.fault("the list is empty, so the trigger is never due") }
            return .dates(elements.compactMap { moment($0, zone) })
        }
    }

    private static func moment(_ field: SourceField, _ zone: Zone?) -> String? {
        guard let text = field.nonEmptyText() else { return nil }
        guard Moment.parse(text, in: zone ?? .utc) != nil else {
            return field.expected(
                "a date or time",
                hint: "as in 2026-12-01, 2026-12-01T06:30 on the clocks of timezone, or 2026-12-01T06:30:00+01:00"
            )
        }
        return text
    }

    private static func days(_ field: SourceField) -> [CalendarDays] {
        (field.elements(of: "days") ?? []).compactMap { element in
            guard let text = element.nonEmptyText() else { return nil }
            return CalendarDays(text)
                ?? element.expected("a day", hint: "as in sat, 12-25, 2026-12-25 or 2026-12-24..2027-01-02")
        }
    }

    /// Reports what can never be.
    private func check(_ mapping: SourceMapping, _ kind: String) {
        // A machine without the database says nothing about zones, and what was accepted is not judged again.
        guard !mapping.field.context.isKept, let rule = try? self.rule() else { return }
        if let start = rule.start, let end = rule.end, end <= start {
            mapping["end"]?.fault("the end does not lie behind the start")
        } else if mapping.field.context.faults.isEmpty,
            rule.next(after: rule.start.map { $0 - 1 } ?? Self.firstLook) == nil
        {
            mapping[kind]?.fault("the trigger is never due: except, only, start and end leave nothing of it")
        }
    }
}
