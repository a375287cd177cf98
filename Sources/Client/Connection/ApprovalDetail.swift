import JobModel

/// What a person is asked, as the scheduler tells it.
struct ApprovalDetail: Equatable, Sendable {
    let id: Int64
    let run: Int64
    let workflow: String
    let team: String
    let job: String
    let kind: String
    let step: String
    let title: String
    let request: JSONValue
    let proposal: JSONValue?
    let digest: String
    let requester: String?
    let role: String?
    let needed: Int64
    let state: String
    let askedAt: Timestamp?
    let expiresAt: Timestamp?
    let decidedAt: Timestamp?
    let decidedBy: String?
    let reason: String?
    let votes: [Vote]

    /// What one person said.
    struct Vote: Equatable, Sendable {
        let actor: String
        let verdict: String
        let reason: String?
        let counts: Bool
    }

    init(_ json: JSONValue) {
        id = json.number("id")
        run = json.number("run")
        workflow = json.text("workflow")
        team = json.text("team")
        job = json.text("job")
        kind = json.text("kind")
        step = json.text("step")
        title = json.text("title")
        request = json["request"] ?? .null
        let proposal = json["proposal"]
        self.proposal = proposal?.isNull ?? true ? nil : proposal
        digest = json.text("digest")
        requester = json["requested_by"]?.stringValue
        role = json["role"]?.stringValue
        needed = json.number("approvals")
        state = json.text("state")
        askedAt = json.time("asked_at")
        expiresAt = json.time("expires_at")
        decidedAt = json.time("decided_at")
        decidedBy = json["decided_by"]?.stringValue
        reason = json["reason"]?.stringValue
        votes = json.list("votes").map { vote in
            Vote(
                actor: vote.text("actor"),
                verdict: vote.text("verdict"),
                reason: vote["reason"]?.stringValue,
                counts: vote.flag("counts")
            )
        }
    }

    /// How many have approved what is proposed now.
    var given: Int { votes.count { $0.counts && $0.verdict == "approved" } }
}
