package import Digests
package import JobModel
package import Postgres

/// The intents of steps that cost money or have an effect, and what became of them.
package struct StepStore: Sendable {
    /// What a step is, as its row says.
    package struct Identity: Equatable, Sendable {
        package var job: JobID
        package var epoch: LeaseEpoch
        package var attempt: Int
        /// Its place in the job's program, such as `t0004.2`.
        package var position: String
        /// `model`, `tool` or `step`.
        package var kind: String
        /// The model or the tool.
        package var name: String
        package var effect: Effect
        /// The 32 bytes of its fingerprint.
        package var fingerprint: [UInt8]
        /// Which of its calls is meant, counted from 1; nil for the next one.
        ///
        /// With a number, saying it again changes nothing, also when further calls were begun since.
        package var call: Int?

        package init(
            job: JobID,
            epoch: LeaseEpoch,
            attempt: Int,
            position: String,
            kind: String,
            name: String,
            effect: Effect,
            fingerprint: [UInt8],
            call: Int? = nil
        ) {
            self.job = job
            self.epoch = epoch
            self.attempt = attempt
            self.position = position
            self.kind = kind
            self.name = name
            self.effect = effect
            self.fingerprint = fingerprint
            self.call = call
        }
    }

    /// What became of an intent.
    package enum Settlement: Equatable, Sendable {
        /// Its record is durable.
        case recorded(usage: JSONValue?, cost: MicroDollars?)
        /// Its call failed, and nothing was paid and nothing happened.
        case failed(String)
        /// Nobody knows whether it was paid or happened.
        case unknown(String)
    }

    /// A step of the attempt that holds the job, and what became of its intent.
    package struct SettledStep: Sendable {
        package var position: String
        /// Which of its calls is settled; nil for the one that is open.
        package var call: Int?
        package var settlement: Settlement
        /// How many calls were made for it whose outcome is unknown and not noted yet.
        package var unknownCalls: Int

        package init(position: String, call: Int? = nil, settlement: Settlement, unknownCalls: Int = 0) {
            self.position = position
            self.call = call
            self.settlement = settlement
            self.unknownCalls = unknownCalls
        }
    }

    /// A recorded step that cost nothing and has no effect.
    package struct FreeStep: Sendable {
        package var identity: Identity
        package var startedAgo: Duration
        package var took: Duration

        package init(identity: Identity, startedAgo: Duration, took: Duration) {
            self.identity = identity
            self.startedAgo = startedAgo
            self.took = took
        }
    }

    let pool: PostgresPool

    package init(_ pool: PostgresPool) { self.pool = pool }

    /// Writes the intent of a step that is about to be tried.
    ///
    /// - Throws: `StorageError.leaseLost` when the job is no longer held; nothing was written.
    package func intend(_ step: Identity) async throws {
        let result = try await pool.query(Statement.intendStep, Self.parameters(of: step))
        guard !result.rows.isEmpty else { throw StorageError.leaseLost(step.job, step.epoch) }
    }

    /// Writes the intent of a step that is about to be tried and spends the approval it is tried under, both or neither.
    ///
    /// - Parameter digest: Of what the step is about to do.
    /// - Returns: False when the job is no longer held, or the approval is not one for this; nothing was written.
    package func intend(_ step: Identity, under approval: ApprovalID, digest: SHA256Digest) async throws -> Bool {
        let result = try await pool.query(
            Statement.intendApprovedStep,
            Self.parameters(of: step) + [.integer(approval.rawValue), .bytes(digest.bytes)]
        )
        return !result.rows.isEmpty
    }

    private static func parameters(of step: Identity) -> [PostgresParameter] {
        [
            .integer(step.job.rawValue), .integer(step.epoch.rawValue), .text(step.position), .text(step.kind),
            .text(step.name), .text(step.effect.rawValue), .bytes(step.fingerprint), .null,
            .optional(step.call),
        ]
    }

    /// Settles an intent of the attempt that holds the job; without its lease nothing is written.
    ///
    /// - Parameters:
    ///   - call: Which of its calls is settled; nil for the one that is open.
    ///   - unknownCalls: How many calls were made for it whose outcome is unknown and not noted yet.
    package func settle(
        job: JobID,
        epoch: LeaseEpoch,
        position: String,
        call: Int? = nil,
        as settlement: Settlement,
        unknownCalls: Int = 0,
        now: String? = nil
    ) async throws {
        try await settle(
            job: job,
            epoch: epoch,
            [SettledStep(position: position, call: call, settlement: settlement, unknownCalls: unknownCalls)],
            now: now
        )
    }

    /// Settles intents of the attempt that holds the job; without its lease nothing is written.
    ///
    /// - Parameter steps: No two of one position.
    package func settle(
        job: JobID,
        epoch: LeaseEpoch,
        _ steps: [SettledStep],
        now: String? = nil
    ) async throws {
        let columns = steps.map { Columns($0.settlement) }
        _ = try await pool.query(
            Statement.settleSteps,
            [
                .integer(job.rawValue), .integer(epoch.rawValue), .array(steps.map(\.position)),
                .array(columns.map(\.state)), .array(columns.map(\.usage)), .array(columns.map(\.cost)),
                .array(steps.map(\.unknownCalls)), .array(columns.map(\.error)), .optional(now),
                .array(steps.map { $0.call.map(String.init) }),
            ]
        )
    }

    /// How a settlement stands in the row.
    struct Columns {
        var state = "recorded"
        var usage: String?
        var cost: String?
        var error: String?

        init(_ settlement: Settlement) {
            switch settlement {
            case .recorded(let usage, let cost):
                (self.usage, self.cost) = (usage?.text(), cost.map { String($0.rawValue) })
            case .failed(let text): (state, error) = ("failed", text.withoutNull)
            case .unknown(let text): (state, error) = ("unknown", text.withoutNull)
            }
        }
    }

    /// Notes recorded steps that cost nothing and have no effect.
    package func add(_ steps: [FreeStep]) async throws {
        guard !steps.isEmpty else { return }
        _ = try await pool.query(
            Statement.addSteps,
            [
                .array(steps.map(\.identity.job.rawValue)),
                .array(steps.map(\.identity.epoch.rawValue)),
                .array(steps.map { Optional($0.identity.position) }),
                .array(steps.map { Int64($0.identity.attempt) }),
                .array(steps.map { Optional($0.identity.kind) }),
                .array(steps.map { Optional($0.identity.name) }),
                .array(steps.map { Optional(Self.hexadecimal($0.identity.fingerprint)) }),
                .array(steps.map(\.startedAgo.wholeMicroseconds)),
                .array(steps.map(\.took.wholeMicroseconds)),
                .null,
            ]
        )
    }

    /// The epoch up to which the journals of a job count no more, since it was told to begin afresh; nil when it was not.
    package func freshStart(of job: JobID) async throws -> LeaseEpoch? {
        let found = try await pool.query(Statement.readFreshStart, [.integer(job.rawValue)])
        return try found.rows.first.map { LeaseEpoch(rawValue: try $0.int64("epoch")) }
    }

    /// Notes what an attempt did not have to do again.
    ///
    /// - Parameter served: How the gateway served the calls and named steps of its program, by position.
    package func noteReplay(
        job: JobID,
        epoch: LeaseEpoch,
        steps: Int,
        modelCalls: Int,
        saved: MicroDollars,
        damaged: Int,
        served: JSONValue? = nil
    ) async throws {
        _ = try await pool.query(
            Statement.noteReplay,
            [
                .integer(job.rawValue), .integer(epoch.rawValue), .integer(steps), .integer(modelCalls),
                .integer(saved.rawValue), .integer(damaged), .null, .optional(served?.text()),
            ]
        )
    }

    static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
