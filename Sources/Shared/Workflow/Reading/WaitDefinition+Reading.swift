internal import JobModel

extension WaitDefinition {
    private static let keys = KnownKeys(["for", "until", "event"] + eventKeys)
    private static let eventKeys = ["key", "since", "within", "otherwise"]

    /// Reads a wait; nil where it cannot be used, which is reported.
    init?(reading field: SourceField) {
        guard let mapping = field.mapping(Self.keys) else { return nil }
        if let event = mapping["event"] {
            for key in ["for", "until"] {
                mapping[key]?.fault("a wait for an event has no \(key)", hint: "say with within how long it waits")
            }
            guard let definition = EventWaitDefinition(reading: event, mapping) else { return nil }
            self = .event(definition)
            return
        }
        for key in Self.eventKeys { mapping[key]?.fault("\(key) belongs to event", hint: "as in event: order.paid") }
        switch (mapping["for"], mapping["until"]) {
        case (let length?, nil):
            guard let template = length.wordTemplate() else { return nil }
            // What is written out is checked now, an expression when the job runs.
            if template.literal != nil, length.duration(atLeast: .zero) == nil { return nil }
            self = .length(template)
        case (nil, let time?):
            guard let template = time.wordTemplate() else { return nil }
            if let text = template.literal, RFC3339.microseconds(text) == nil {
                time.fault("\(quoted(text)) is no time", hint: RFC3339.hint)
                return nil
            }
            self = .time(template)
        case (_?, _?):
            field.fault("a wait has for or until, not both", hint: "make two jobs of it")
            return nil
        case (nil, nil):
            if !mapping.hasUnknownKeys { field.fault("the wait does not say how long", hint: "as in wait: {for: 2h}") }
            return nil
        }
    }
}

extension EventWaitDefinition {
    /// Reads the event that a wait is for; nil where it cannot be used, which is reported.
    fileprivate init?(reading event: SourceField, _ mapping: SourceMapping) {
        let name = event.wordTemplate()
        if let text = name?.literal, !NewEvent.isName(text) {
            event.fault("\(quoted(text)) is no name of an event", hint: "use 1 to 200 letters, digits, _ - . / or :")
            return nil
        }
        let key = mapping["key"]?.wordTemplate()
        let since = mapping["since"]?.duration()
        let within = mapping["within"]?.duration()
        let otherwise = mapping["otherwise"]?.choice(Otherwise.self)
        if let otherwise = mapping["otherwise"], mapping["within"] == nil {
            otherwise.fault(
                "otherwise says what happens when within has passed",
                hint: "add within, such as within: 2d"
            )
        }
        guard let name else { return nil }
        self.init(name: name, key: key, since: since ?? .zero, within: within, otherwise: otherwise ?? .fail)
    }
}
