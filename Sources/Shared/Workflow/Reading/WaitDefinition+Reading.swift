internal import JobModel

extension WaitDefinition {
    private static let keys = KnownKeys(["for", "until"], later: ["event"])

    /// Reads a wait; nil where it cannot be used, which is reported.
    init?(reading field: SourceField) {
        guard let mapping = field.mapping(Self.keys) else { return nil }
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
