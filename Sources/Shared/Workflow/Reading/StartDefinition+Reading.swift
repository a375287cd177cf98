internal import JobModel

extension StartDefinition {
    private static let keys = KnownKeys(["singleton", "debounce"])

    /// Reads how runs start; nil where it cannot be used, which is reported.
    init?(reading field: SourceField) {
        guard let mapping = field.mapping(Self.keys) else { return nil }
        switch (mapping["singleton"], mapping["debounce"]) {
        case (let singleton?, nil):
            // All submissions are one: true says so without a mapping.
            if case .bool(true) = singleton.node.json {
                self.init(kind: .singleton, key: nil)
                return
            }
            guard let members = singleton.mapping(KnownKeys(["key"])),
                let key = members.required("key", hint: "or write singleton: true")?.keyTemplate()
            else { return nil }
            self.init(kind: .singleton, key: key)
        case (nil, let debounce?):
            guard let members = debounce.mapping(KnownKeys(["wait", "at_most", "key"])) else { return nil }
            let wait = members.required("wait", hint: "as in debounce: {wait: 30s}")?.duration()
            let key = members["key"].flatMap { $0.keyTemplate() }
            guard let wait, members["key"] == nil || key != nil else { return nil }
            let atMost = members["at_most"]?.duration(atLeast: wait)
            self.init(kind: .debounce(wait: wait, atMost: atMost), key: key)
        case (_?, _?):
            field.fault("singleton and debounce exclude each other", hint: "keep one of them")
            return nil
        case (nil, nil):
            if !mapping.hasUnknownKeys {
                field.fault("it does not say how runs start", hint: "add singleton or debounce")
            }
            return nil
        }
    }
}
