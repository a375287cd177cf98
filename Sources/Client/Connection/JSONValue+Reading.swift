import JobModel

/// The API may grow members and states; what this program does not know it shows or leaves out, so nothing here fails.
extension JSONValue {
    func text(_ key: String) -> String { self[key]?.stringValue ?? "" }

    func number(_ key: String) -> Int64 { self[key]?.integerValue ?? 0 }

    func optionalNumber(_ key: String) -> Int64? { self[key]?.integerValue }

    func flag(_ key: String) -> Bool { self[key]?.boolValue ?? false }

    func time(_ key: String) -> Timestamp? { self[key]?.stringValue.flatMap(Timestamp.init) }

    func list(_ key: String) -> [JSONValue] { self[key]?.arrayValue ?? [] }

    func texts(_ key: String) -> [String] { list(key).compactMap(\.stringValue) }

    /// The message of an error that is a text or an object with a code and a message; nil when there is none.
    func errorText(_ key: String) -> String? {
        guard let error = self[key], !error.isNull else { return nil }
        if let text = error.stringValue { return text }
        let message = error.text("message")
        let code = error.text("code")
        return code.isEmpty ? message : message.isEmpty ? code : "\(message) [\(code)]"
    }
}
