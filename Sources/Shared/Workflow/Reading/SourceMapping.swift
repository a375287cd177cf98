/// A mapping whose keys are known.
struct SourceMapping {
    let field: SourceField
    /// Whether there are keys that are unknown.
    let hasUnknownKeys: Bool
    private let entries: [String: SourceField]

    /// Reads the keys of a mapping and reports those that are unknown; nil when the field is no mapping.
    init?(_ field: SourceField, _ known: KnownKeys) {
        guard let entries = field.entries(of: nil) else { return nil }
        var kept: [String: SourceField] = [:]
        for (name, key, value) in entries {
            if known.keys.contains(name) {
                kept[name] = value
            } else if known.later.contains(name) {
                key.fault("unknown key \(quoted(name))", hint: "\(name) is not supported by this version yet")
            } else {
                key.fault("unknown key \(quoted(name))", hint: Spelling.hint(for: name, among: known.keys))
            }
        }
        self.field = field
        self.entries = kept
        hasUnknownKeys = kept.count < entries.count
    }

    /// The value of an optional key.
    subscript(key: String) -> SourceField? { entries[key] }

    /// The value of a key that must be there; its absence is reported at the mapping.
    func required(_ key: String, hint: String? = nil) -> SourceField? {
        if let value = entries[key] { return value }
        field.fault("\(key) is missing", hint: hint)
        return nil
    }
}
