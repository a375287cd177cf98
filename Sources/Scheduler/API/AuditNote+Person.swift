import JobModel
import Storage

extension AuditNote {
    /// The longest reason, in UTF-8 bytes.
    static let maximumReason = 4_096

    /// What the person of the present request does, and why; nil where nobody asks.
    static func byPerson(
        _ action: String,
        on subject: String,
        run: RunID? = nil,
        reason: String? = nil,
        detail: JSONValue? = nil
    ) -> AuditNote? {
        Person.current.map { person in
            AuditNote(
                actor: person.name,
                action: action,
                subject: subject,
                run: run,
                reason: reason,
                detail: detail
            )
        }
    }
}

extension JSONMembers {
    /// Takes why somebody does something; nil when they do not say.
    mutating func reason() throws -> String? {
        guard let reason = try optionalText("reason"), !reason.isEmpty else { return nil }
        guard reason.utf8.count <= AuditNote.maximumReason else {
            throw Problem(
                .badRequest,
                "\"reason\" has \(reason.utf8.count) bytes, the most is \(AuditNote.maximumReason)"
            )
        }
        return reason
    }
}
