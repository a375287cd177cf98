internal import JobModel
internal import Worker

/// What a handler has, to run one attempt of its job.
///
/// Each call is taken from its checkpoint where there is one, and else made and recorded before it returns: killed at any
/// point, the job goes on there. A step is known by its name and by how many of that name came before. **A name may come
/// again only in the handler's own task**, where steps follow each other in the order of the code; in child tasks
/// (`async let`, task groups) each step has a name of its own. What breaks this rule ends the job as `steps-ambiguous`,
/// before it is confused with another. See <doc:Replay>.
///
/// When the job must stop where it stands (``sleep(for:name:)`` and ``approval(_:message:show:form:by:)`` wait without a
/// worker, and a worker that is stopped gives its jobs back), the call throws an error that is not for the code. Let it
/// pass. The job is set aside whatever the code does with it, and begins again from its checkpoints when it goes on.
public struct JobContext: Sendable {
    let code: CodeContext

    init(_ code: CodeContext) { self.code = code }

    /// The number of the run.
    public var run: Int64 { code.run }

    /// The name of the job in its workflow file.
    public var job: String { code.job }

    /// Which attempt this is, counted from 1; a job that was suspended or released goes on in the same one.
    public var attempt: Int { code.attempt }

    /// Writes to the job's log, which `chassis logs` shows; what is replayed writes again.
    ///
    /// Lines longer than 4,000 characters are cut.
    public func log(_ text: String) { code.log(text) }

    // MARK: Steps

    /// Does a piece of work once in the life of the job.
    ///
    /// ```swift
    /// let order = try await context.step("order", effect: .idempotent) { step in
    ///     try await shop.order(article, idempotencyKey: step.idempotencyKey)
    /// }
    /// ```
    ///
    /// The result is what was recorded, read back, also when the work was done just now. Secrets of the worker's connections
    /// are taken out of it.
    ///
    /// - Parameters:
    ///   - name: 1 to 80 letters, digits or `_ - . :`.
    ///   - effect: What doing it again does to the world; by default ``Effect/none``.
    ///   - unknown: What becomes of a step with ``Effect/once`` of which nobody knows whether it happened.
    ///   - input: What decides the result besides the job's own input: a step that was recorded with another one is done
    ///     anew. People are shown it when they have to say whether the step happened.
    ///   - body: Does the work. What it throws is not recorded: the next attempt does the work again, except that a step with
    ///     ``Effect/once`` may then have happened, unless it throws a ``JobError`` that says otherwise.
    /// - Returns: The recorded result.
    /// - Throws: ``JobError`` with the code `outcome-unknown` where a person has the job fail, `steps-ambiguous`,
    ///   `step-nested` for a step begun inside of another, `step-name`, `store` where the result cannot be kept; what `body`
    ///   throws. `CancellationError` when the job must stop.
    public func step<Output: Codable & SendableMetatype>(
        _ name: String,
        effect: Effect = .none,
        unknown: UnknownOutcome = .ask,
        input: (any Encodable)? = nil,
        _ body: @Sendable (StepContext) async throws -> Output
    ) async throws -> Output {
        let given = try input.map { try Coding.json($0) } ?? .null
        let value = try await JobError.facing {
            try await code.step(name, input: given, effect: effect.model, unknown: unknown.model) { key in
                do {
                    return try Coding.json(try await body(StepContext(idempotencyKey: key)))
                } catch let error as JobError {
                    throw error.codeFailure
                }
            }
        }
        return try Coding.value(Output.self, from: value, of: "step \(name)")
    }

    /// Does a piece of work once in the life of the job, which needs nothing of the step.
    ///
    /// The same as ``step(_:effect:unknown:input:_:)-(_,_,_,_,(StepContext)->Output)``.
    public func step<Output: Codable & SendableMetatype>(
        _ name: String,
        effect: Effect = .none,
        unknown: UnknownOutcome = .ask,
        input: (any Encodable)? = nil,
        _ body: @Sendable () async throws -> Output
    ) async throws -> Output {
        try await step(name, effect: effect, unknown: unknown, input: input) { _ in try await body() }
    }

    /// Does a piece of work without a result once in the life of the job.
    ///
    /// The same as ``step(_:effect:unknown:input:_:)-(_,_,_,_,(StepContext)->Output)``.
    public func step(
        _ name: String,
        effect: Effect = .none,
        unknown: UnknownOutcome = .ask,
        input: (any Encodable)? = nil,
        _ body: @Sendable (StepContext) async throws -> Void
    ) async throws {
        _ = try await step(name, effect: effect, unknown: unknown, input: input) { step -> Bool in
            try await body(step)
            return true
        }
    }

    /// Does a piece of work without a result once in the life of the job, which needs nothing of the step.
    ///
    /// The same as ``step(_:effect:unknown:input:_:)-(_,_,_,_,(StepContext)->Output)``.
    public func step(
        _ name: String,
        effect: Effect = .none,
        unknown: UnknownOutcome = .ask,
        input: (any Encodable)? = nil,
        _ body: @Sendable () async throws -> Void
    ) async throws {
        try await step(name, effect: effect, unknown: unknown, input: input) { _ in try await body() }
    }

    // MARK: Waiting

    /// Waits without a worker, a slot or a process: for seconds or for months.
    ///
    /// The time is counted by the database's clock from when the job first came here.
    ///
    /// - Parameters:
    ///   - length: At most 365 days; nothing and less does not wait.
    ///   - name: As of a step.
    public func sleep(for length: Duration, name: String = "sleep") async throws {
        try await JobError.facing { try await code.sleep(for: length, name: name) }
    }

    /// Asks people, and waits for what they decide without a worker, a slot or a process.
    ///
    /// They are told as of any approval (`chassis approvals`, webhooks), and decide with `chassis approve` and
    /// `chassis deny`. They are asked once, whatever is killed.
    ///
    /// - Parameters:
    ///   - name: As of a step.
    ///   - message: What is to be approved, for people.
    ///   - show: What they are shown besides.
    ///   - form: What they fill in, an object; nil for nothing.
    ///   - approvers: Who decides, and until when.
    /// - Returns: What they decided; one that nobody decided in time is denied.
    /// - Throws: ``JobError`` with the code `approval-expired` where nobody decided in time and
    ///   ``Approvers/otherwise`` is ``Approvers/Otherwise/fail``; `form-invalid` where no answer can be checked against `form`.
    public func approval(
        _ name: String,
        message: String,
        show: (any Encodable)? = nil,
        form: Schema? = nil,
        by approvers: Approvers = Approvers()
    ) async throws -> Decision {
        let shown = try show.map { try Coding.json($0) } ?? .null
        return Decision(
            try await JobError.facing {
                try await code.approval(name, message: message, show: shown, form: form?.json, terms: approvers.terms)
            }
        )
    }
}
