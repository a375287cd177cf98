package import Digests
package import JobModel

/// What a decision binds to: a digest of all that is approved.
///
/// Approvals are given for a digest, and a step is begun under an approval only with the digest of what it is about to do.
package enum ApprovalDigest {
    /// The digest of a request with what a person put in its place, if anything.
    ///
    /// Of a call the other arguments stand in place of its own; an answer or a form's values stand beside the request.
    package static func of(_ kind: ApprovalKind, _ request: JSONValue, with proposal: JSONValue? = nil) -> SHA256Digest
    {
        var bound: JSONObject = ["kind": .string(kind.rawValue), "request": request]
        if let proposal {
            if kind == .call, case .object(var call) = request {
                call["arguments"] = proposal
                bound["request"] = .object(call)
            } else {
                bound["proposal"] = proposal
            }
        }
        return SHA256.digest(of: Array("chassis-approval-v1".utf8) + JSONValue.object(bound).encoded(.canonical))
    }
}
