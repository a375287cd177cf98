internal import JobModel
internal import Worker

/// A worker process with code of your own: handlers, which are jobs of workflow files, and tools, which agents call.
///
/// ```swift
/// import ChassisWorker
///
/// @main struct ChurnWorker {
///     static func main() async {
///         var worker = Worker()
///         worker.handler("score") { (input: ScoreInput, context) async throws -> Score in
///             let rows = try await context.step("fetch") { try await orders(of: input.customer) }
///             return try await context.model("openai/gpt-4o", prompt: "How likely is … to leave? \(rows)")
///         }
///         await worker.run()
///     }
/// }
/// ```
///
/// A job of a handler goes to workers that have it, and to no others; so does an agent with a tool. Start as many
/// processes as you like, of as many kinds of workers as you like, beside any number of `chassis-worker`.
public struct Worker: Sendable {
    /// Whether jobs that need none of its handlers and tools are run too, as `chassis-worker` runs them; by default not.
    ///
    /// Jobs and tools that are programs then need `chassis-guard`, and `chassis-worker` for its gateway, beside this
    /// program.
    public var runsOtherJobs = false

    private var code = WorkerCode()
    private var faults: [String] = []

    /// A worker without handlers and tools.
    public init() {}

    /// Registers code that is a job: `handler: NAME` in a workflow file.
    ///
    /// The code may be run several times for one job: after a worker was killed, after a failure that is retried, and
    /// whenever a suspended job goes on. What it did in steps is then taken from their checkpoints, so it must come to the
    /// same steps in the same order: do in steps what reads a clock, draws random numbers or talks to others. See
    /// <doc:Replay>.
    ///
    /// Its task is cancelled when the run is cancelled, when the attempt takes longer than the job's `timeout`, when the
    /// lease is lost, and when a drain has lasted long enough; what was recorded stays.
    ///
    /// - Parameters:
    ///   - name: Begins with `a` to `z`, and goes on with `a` to `z`, `0` to `9`, `_` and `-`, up to 63 characters.
    ///   - body: Gets the job's `input`, which is an empty object where the file gives none, and returns the job's output.
    ///     An input that does not decode fails the job as `input-invalid`. What else it throws fails the attempt, which is
    ///     retried as the file says; throw ``JobError`` to say more.
    public mutating func handler<Input: Decodable & SendableMetatype, Output: Encodable & SendableMetatype>(
        _ name: String,
        _ body: @escaping @Sendable (Input, JobContext) async throws -> Output
    ) {
        check(name, "handler", isTaken: code.handlers[name] != nil)
        code.handlers[name] = { input, context in
            let value: Input
            do {
                value = try Coding.value(Input.self, from: input)
            } catch {
                throw JobFailure(
                    code: "input-invalid",
                    message: "the handler \(name) cannot read its input: \(Coding.reason(error))",
                    isPermanent: true
                )
            }
            do {
                return try Coding.json(try await body(value, JobContext(context)))
            } catch let error as JobError {
                throw error.codeFailure
            }
        }
    }

    /// Registers code that agents call: `- tool: NAME` among an agent's tools, and ``AgentTool/tool(_:)``.
    ///
    /// The model is told the name, the description and a JSON Schema of the input, and the arguments are checked against
    /// it: those that do not fit are sent back to the model. An error that the code throws is told to the model, which goes
    /// on. With the effect ``Effect/once`` an error leaves the outcome unknown, and a person is asked, unless it is a
    /// ``JobError`` that says that nothing happened.
    ///
    /// - Parameters:
    ///   - name: As of a handler; the model calls it by this name.
    ///   - description: What the model is told: what it does, and when to use it.
    ///   - effect: What repeating a call does; by default ``Effect/once``.
    ///   - parameters: The schema of the input; by default derived from its type, see ``Schema/init(of:)``.
    ///   - body: Gets the arguments, and returns the result: a string as it is, everything else as JSON.
    public mutating func tool<Input: Decodable & SendableMetatype, Output: Encodable & SendableMetatype>(
        _ name: String,
        description: String,
        effect: Effect = .once,
        parameters: Schema? = nil,
        _ body: @escaping @Sendable (Input, ToolContext) async throws -> Output
    ) {
        check(name, "tool", isTaken: code.tools[name] != nil)
        let schema: Schema
        do {
            schema = try parameters ?? Schema(of: Input.self)
        } catch {
            faults.append("tool \(name): \(error)")
            return
        }
        guard schema.json["type"] == "object" else {
            faults.append("tool \(name): its input is no object; make it a struct")
            return
        }
        do {
            code.tools[name] = try CodeTool(
                name: name,
                description: description,
                parameters: schema.json,
                effect: effect.model,
                run: Self.running(body)
            )
        } catch {
            faults.append("tool \(name): its schema cannot be used: \(error)")
        }
    }

    /// A tool's code, given its arguments as they come and what it throws as the machine knows it.
    private static func running<Input: Decodable & SendableMetatype, Output: Encodable & SendableMetatype>(
        _ body: @escaping @Sendable (Input, ToolContext) async throws -> Output
    ) -> @Sendable (JSONValue, CodeTool.Call) async throws -> JSONValue {
        { arguments, call in
            let value: Input
            do {
                value = try Coding.value(Input.self, from: arguments)
            } catch {
                throw JobError("the arguments cannot be read: \(Coding.reason(error))", nothingHappened: true)
                    .codeFailure
            }
            do {
                return try Coding.json(try await body(value, ToolContext(call)))
            } catch let error as JobError {
                throw error.codeFailure
            }
        }
    }

    private mutating func check(_ name: String, _ what: String, isTaken: Bool) {
        if isTaken { faults.append("\(what) \(name): there are two of this name") }
        if let fault = WorkerCode.fault(ofName: name) { faults.append("\(what) \(name): \(fault)") }
    }

    /// Everything that is wrong with what was registered, one sentence each; empty when the worker can run.
    ///
    /// For a test of your own; ``run()`` checks it too.
    public var problems: [String] {
        var problems = faults
        if code.handlers.isEmpty, code.tools.isEmpty, !runsOtherJobs {
            problems.append("the worker has no handler and no tool; register one, or set runsOtherJobs")
        }
        return problems
    }

    /// Claims and runs jobs until the process is asked to stop.
    ///
    /// Settings are those of `chassis-worker` and are given in the same ways: as options (`--postgres`, `--store`,
    /// `--connections`, …; `--help` lists them), as variables (`CHASSIS_POSTGRES`), or in the file that `--config` names.
    ///
    /// SIGTERM and SIGINT drain: nothing more is claimed, and jobs are released when they come to their next step, without
    /// spending an attempt. Returns when all are. Ends the process, and says why on standard error, with status 2 when the
    /// settings or the registrations are wrong, and with status 1 when the worker cannot begin.
    public func run() async {
        var code = code
        code.alsoRunsOtherJobs = runsOtherJobs
        await WorkerProgram.main(code: code, problems: problems)
    }
}
