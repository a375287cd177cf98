internal import JobModel

/// What people decided.
public struct Decision: Sendable {
    /// Whether it was approved.
    public let isApproved: Bool
    /// Who approved, or who denied; empty where nobody decided in time.
    public let by: [String]
    /// What they said to it.
    public let reason: String?
    private let form: JSONValue

    init(_ value: JSONValue) {
        isApproved = value["approved"] == true
        by = (value["by"]?.arrayValue ?? []).compactMap(\.stringValue)
        reason = value["reason"]?.stringValue
        form = value["form"] ?? .null
    }

    /// What they filled in; nil where there was no form, or it was denied.
    ///
    /// - Throws: ``JobError`` with the code `value-invalid` where it is no value of the type.
    public func form<Form: Decodable>(as type: Form.Type = Form.self) throws -> Form? {
        form.isNull ? nil : try Coding.value(type, from: form, of: "form")
    }
}
