package import Digests
package import JobModel
package import Postgres

/// What people are asked, and what they decided.
package struct ApprovalStore: Sendable {
    /// The most approvals of one answer.
    package static let maximumEntries = 1000
    /// How many are ended at once whose time is over.
    static let expiryBatch = 1000

    /// A question about a step of a job.
    package struct Question: Sendable {
        package var kind: ApprovalKind
        package var position: String
        /// The 32 bytes of the step's fingerprint.
        package var fingerprint: [UInt8]
        /// Tells several questions about one step apart.
        package var round: Int64
        /// In a few words what is asked, for lists.
        package var title: String
        package var request: JSONValue
        /// Of what is to be approved.
        package var digest: SHA256Digest
        package var terms: ApprovalTerms

        package init(
            kind: ApprovalKind,
            position: String,
            fingerprint: [UInt8],
            round: Int64 = 0,
            title: String,
            request: JSONValue,
            digest: SHA256Digest,
            terms: ApprovalTerms
        ) {
            self.kind = kind
            self.position = position
            self.fingerprint = fingerprint
            self.round = round
            self.title = title
            self.request = request
            self.digest = digest
            self.terms = terms
        }
    }

    /// What a person says.
    package struct Saying: Sendable {
        package var actor: String
        package var verdict: ApprovalVerdict
        /// Of what the person has seen.
        package var digest: SHA256Digest
        /// What they put in its place, with its digest.
        package var proposal: (value: JSONValue, digest: SHA256Digest)?
        package var reason: String?

        package init(
            actor: String,
            verdict: ApprovalVerdict,
            digest: SHA256Digest,
            proposal: (value: JSONValue, digest: SHA256Digest)? = nil,
            reason: String? = nil
        ) {
            self.actor = actor
            self.verdict = verdict
            self.digest = digest
            self.proposal = proposal
            self.reason = reason
        }
    }

    /// What a saying led to.
    package struct Result: Equatable, Sendable {
        /// Open while others have to approve too.
        package let state: ApprovalState
        /// The queues that got pending jobs; notify them.
        package let queues: [String]
    }

    private let pool: PostgresPool

    package init(_ pool: PostgresPool) { self.pool = pool }

    /// Asks a question about a step, once, and reads what became of it.
    ///
    /// - Throws: `StorageError.leaseLost` when the job is no longer held.
    package func ask(
        _ question: Question,
        of job: JobID,
        epoch: LeaseEpoch,
        now: String? = nil
    ) async throws -> Approval {
        let terms = question.terms
        let id = PostgresParameter.integer(job.rawValue)
        let results = try await pool.pipeline([
            (
                Statement.askApproval,
                [
                    id, .integer(epoch.rawValue), .text(question.kind.rawValue), .text(question.position),
                    .bytes(question.fingerprint), .integer(question.round), .text(question.title.withoutNull),
                    .json(question.request.withoutNull.text()), .bytes(question.digest.bytes),
                    .optional(terms.role), .integer(terms.approvals), .bool(terms.allowsRequester),
                    .optional(terms.within?.wholeMicroseconds), .text(terms.otherwise.rawValue), .optional(now),
                ]
            ),
            (Statement.expireApprovals, [id, .integer(Self.expiryBatch), .optional(now)]),
            (
                Statement.listApprovals,
                [
                    .null, .null, .null, id, .text(question.kind.rawValue), .text(question.position),
                    .bytes(question.fingerprint), .integer(question.round), .integer(1), .optional(now),
                ]
            ),
        ])
        guard !results[0].rows.isEmpty, let row = results[2].rows.first else {
            throw StorageError.leaseLost(job, epoch)
        }
        return try Approval(row: row)
    }

    /// The approval with this number.
    package func approval(_ id: ApprovalID, now: String? = nil) async throws -> Approval? {
        try await list(id: id, isOpen: nil, run: nil, limit: 1, now: now).first
    }

    /// Approvals, newest first.
    ///
    /// - Parameter isOpen: Only those that wait for somebody, or only the others.
    package func approvals(
        isOpen: Bool? = nil,
        run: RunID? = nil,
        limit: Int = 100,
        now: String? = nil
    ) async throws -> [Approval] {
        try await list(id: nil, isOpen: isOpen, run: run, limit: min(max(limit, 1), Self.maximumEntries), now: now)
    }

    /// The newest of a kind about a step that waits for nobody any more, in whatever round.
    package func lastDecided(
        _ kind: ApprovalKind,
        at position: String,
        fingerprint: [UInt8],
        of job: JobID,
        now: String? = nil
    ) async throws -> Approval? {
        let result = try await pool.query(
            Statement.listApprovals,
            [
                .null, .bool(false), .null, .integer(job.rawValue), .text(kind.rawValue), .text(position),
                .bytes(fingerprint), .null, .integer(1), .optional(now),
            ]
        )
        return try result.rows.first.map(Approval.init(row:))
    }

    private func list(
        id: ApprovalID?,
        isOpen: Bool?,
        run: RunID?,
        limit: Int,
        now: String?
    ) async throws -> [Approval] {
        let result = try await pool.query(
            Statement.listApprovals,
            [
                .optional(id?.rawValue), .optional(isOpen), .optional(run?.rawValue), .null, .null, .null, .null, .null,
                .integer(limit), .optional(now),
            ]
        )
        return try result.rows.map(Approval.init(row:))
    }

    /// Notes what a person says about an approval, and has its job look again.
    ///
    /// Whether the person may decide is the caller's business; whether there is still something to decide is decided here.
    ///
    /// - Returns: Nil when the approval is not open, or for something else than the person has seen, or the person has said
    ///   the same before: read it again to see which.
    package func decide(
        _ id: ApprovalID,
        of job: JobID,
        _ saying: Saying,
        now: String? = nil
    ) async throws -> Result? {
        let resumption = QueueStore.resumption(of: [job], now: now)
        let results = try await pool.pipeline([
            resumption[0],
            (
                Statement.decideApproval,
                [
                    .integer(id.rawValue), .text(saying.actor), .text(saying.verdict.rawValue),
                    .bytes(saying.digest.bytes), .optional(saying.proposal?.value.withoutNull.text()),
                    .bytes((saying.proposal?.digest ?? saying.digest).bytes), .optional(saying.reason?.withoutNull),
                    .optional(now),
                ]
            ),
            resumption[1],
        ])
        guard let row = results[1].rows.first else { return nil }
        return Result(
            state: try row.word("state"),
            queues: try results[2].rows.map { try $0.string("queue") }
        )
    }

    /// Spends an approval for something that has no intent to spend it with.
    ///
    /// - Parameter digest: Of what is about to be done.
    /// - Returns: False when the job is no longer held, or the approval is not one for this.
    package func spend(
        _ id: ApprovalID,
        of job: JobID,
        epoch: LeaseEpoch,
        digest: SHA256Digest,
        now: String? = nil
    ) async throws -> Bool {
        let result = try await pool.query(
            Statement.spendApproval,
            [
                .integer(job.rawValue), .integer(epoch.rawValue), .integer(id.rawValue), .bytes(digest.bytes),
                .optional(now),
            ]
        )
        return !result.rows.isEmpty
    }

    /// Ends the approvals that nobody decided in time.
    ///
    /// - Returns: Their jobs; resume them.
    package func expire(now: String? = nil) async throws -> [JobID] {
        let result = try await pool.query(
            Statement.expireApprovals,
            [.null, .integer(Self.expiryBatch), .optional(now)]
        )
        return try result.rows.map { JobID(rawValue: try $0.int64("job_id")) }
    }
}

extension Approval {
    /// A row of `list_approvals`.
    fileprivate init(row: PostgresRow) throws {
        self.init(
            id: ApprovalID(rawValue: try row.int64("approval_id")),
            run: RunID(rawValue: try row.int64("run_id")),
            jobID: JobID(rawValue: try row.int64("job_id")),
            job: try row.string("job"),
            workflow: try row.string("workflow"),
            team: try row.string("team"),
            requester: try row.optionalString("requested_by"),
            kind: try row.word("kind"),
            position: try row.string("position"),
            title: try row.string("title"),
            request: try row.json("request"),
            digest: try row.string("digest"),
            proposal: try row.optionalJSON("proposal"),
            terms: ApprovalTerms(
                role: try row.optionalString("role"),
                approvals: try row.int("needed"),
                allowsRequester: try row.bool("allows_requester"),
                otherwise: try row.word("otherwise")
            ),
            state: try row.word("state"),
            askedAt: try row.timestamp("asked_us"),
            expiresAt: try row.optionalTimestamp("expires_us"),
            decidedAt: try row.optionalTimestamp("decided_us"),
            decidedBy: try row.optionalString("decided_by"),
            reason: try row.optionalString("reason"),
            spentAt: try row.optionalTimestamp("spent_us"),
            votes: (try row.json("votes").arrayValue ?? []).map { vote in
                Vote(
                    actor: vote["actor"]?.stringValue ?? "",
                    verdict: vote["verdict"]?.stringValue ?? "",
                    reason: vote["reason"]?.stringValue,
                    counts: vote["counts"]?.boolValue ?? false
                )
            }
        )
    }
}
