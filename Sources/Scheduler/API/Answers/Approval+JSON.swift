import JobModel
import Storage

extension Approval {
    /// The object `Approval` of the API.
    var json: JSONValue {
        [
            "id": .integer(id.rawValue),
            "run": .id(run),
            "workflow": .string(workflow),
            "team": .string(team),
            "job": .string(job),
            "kind": .word(kind),
            "step": .string(position),
            "title": .string(title),
            "request": request,
            "proposal": proposal ?? .null,
            "digest": .string(digest),
            "requested_by": .optional(requester),
            "role": .optional(terms.role),
            "approvals": .count(terms.approvals),
            "self": .bool(terms.allowsRequester),
            "otherwise": .word(terms.otherwise),
            "state": .word(state),
            "asked_at": .time(askedAt),
            "expires_at": .time(expiresAt),
            "decided_at": .time(decidedAt),
            "decided_by": .optional(decidedBy),
            "reason": .optional(reason),
            "spent_at": .time(spentAt),
            "votes": .array(votes.map(\.json)),
        ]
    }
}

extension Approval.Vote {
    /// One of the `votes` of the object `Approval`.
    var json: JSONValue {
        [
            "actor": .string(actor), "verdict": .string(verdict), "reason": .optional(reason), "counts": .bool(counts),
        ]
    }
}

extension AuditStore.Entry {
    /// One of the entries of the audit log.
    var json: JSONValue {
        [
            "number": .integer(number), "at": .time(at), "actor": .string(note.actor), "action": .string(note.action),
            "subject": .string(note.subject), "run": note.run.map { .id($0) } ?? .null,
            "reason": .optional(note.reason), "detail": note.detail ?? .null,
        ]
    }
}
