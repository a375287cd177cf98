import JobModel
import Storage

/// Notes in the audit log what the person of the present request does, and why.
struct AuditNotes: Sendable {
    /// The longest reason, in UTF-8 bytes.
    static let maximumReason = 4_096

    private let store: AuditStore

    init(_ store: AuditStore) { self.store = store }

    /// Notes an act, once it is done.
    func add(
        _ action: String,
        on subject: String,
        run: RunID? = nil,
        reason: String? = nil,
        detail: JSONValue? = nil
    ) async throws {
        guard let person = Person.current else { return }
        try await store.add(
            actor: person.name,
            action: action,
            subject: subject,
            run: run,
            reason: reason,
            detail: detail
        )
    }
}

extension JSONMembers {
    /// Takes why somebody does something; nil when they do not say.
    mutating func reason() throws -> String? {
        guard let reason = try optionalText("reason"), !reason.isEmpty else { return nil }
        guard reason.utf8.count <= AuditNotes.maximumReason else {
            throw Problem(
                .badRequest,
                "\"reason\" has \(reason.utf8.count) bytes, the most is \(AuditNotes.maximumReason)"
            )
        }
        return reason
    }
}
