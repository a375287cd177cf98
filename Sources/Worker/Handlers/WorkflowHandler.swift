import Checkpoints
import Digests
import JobModel
import Storage
import Submissions
import Workflow

/// Runs jobs of the kind workflow: a run of another workflow, whose output is the job's.
///
/// The job is suspended while the child runs. Whatever is killed, a job has one child for each call: for one workflow with the same
/// params, in one round. So a job that runs anew finds its child again where nothing has changed, as a step its record.
struct WorkflowHandler: JobHandler {
    /// The most runs that stand above each other.
    static let maximumDepth = 16
    /// How much is told of why a child has failed, in characters.
    static let longestReason = 500
    /// How often a job looks at its child although nobody told it of its end.
    static let lookInterval = Duration.seconds(60)

    let children: ChildStore
    let reader: RunReader
    let store: DirectoryStore
    let notifier: ReadyNotifier
    let money: MoneyStore

    func run(_ context: JobContext) async throws -> JSONValue {
        guard case .workflow(let definition) = context.definition.kind else { preconditionFailure("no workflow job") }
        let params = try context.evaluate { expressions throws(ExpressionError) in
            try definition.params?.evaluate(in: expressions) ?? [:]
        }
        let call = Self.call(of: definition, params, in: context)
        let found = try await children.child(of: context.job, call: call)
        let child: RunID
        switch found?.state {
        case .succeeded?: return try await output(of: found?.run)
        case .failed?, .cancelled?:
            guard let found, let queues = try await children.revive(found.run, for: context.job) else {
                throw try await failure(of: found, definition, context)
            }
            notifier.notify(queues)
            child = found.run
        case .queued?, .running?, nil:
            if let found { child = found.run } else { child = try await start(definition, params, call, context) }
        }
        throw Suspension(
            waitsFor: .run,
            until: .after(Self.lookInterval),
            detail: "run \(child) of \(definition.workflow)"
        )
    }

    /// What decides which run it is; the defaults of the workflow's file may change while the run is waited for.
    private static func call(
        of definition: ChildDefinition,
        _ params: JSONValue,
        in context: JobContext
    ) -> ChildStore.Call {
        let asked: JSONValue = [
            "workflow": .string(definition.workflow),
            "version": definition.version.map { .integer(Int64($0)) } ?? .null, "params": params,
            "round": context.expressions.locals[.round] ?? .null,
        ]
        return ChildStore.Call(digest: Fingerprint(kind: .step, request: asked, after: nil).digest.bytes)
    }

    /// The failure of a job whose child did not succeed, with the child's own reason.
    private func failure(
        of child: ChildStore.Child?,
        _ definition: ChildDefinition,
        _ context: JobContext
    ) async throws -> JobFailure {
        var reason = "been cancelled"
        if let child, child.state == .failed {
            let first = try await children.failure(of: child.run, depth: Self.maximumDepth)
            reason = "failed" + (first.map { ": " + $0.prefix(Self.longestReason) } ?? "")
        }
        return JobFailure(
            code: "child-failed",
            message: "run \(child?.run.description ?? "?") of \(definition.workflow) has \(reason)"
                + "; chassis retry \(context.job.run) goes on with it",
            isPermanent: true
        )
    }

    private func start(
        _ definition: ChildDefinition,
        _ params: JSONValue,
        _ call: ChildStore.Call,
        _ context: JobContext
    ) async throws -> RunID {
        try await check(definition, context)
        let source = try await children.source(of: definition.workflow, version: definition.version)
        guard let source else {
            let version = definition.version.map { " version \($0) of" } ?? ""
            throw JobFailure(
                code: "workflow-not-found",
                message: "there is no\(version) workflow \(definition.workflow); submit or deploy it first",
                isPermanent: true
            )
        }
        let submission = try submission(of: definition, source, params)
        // What the child spends counts in them.
        try await money.found(context.money.bounds, of: context.job.run, context.job.id)
        guard let run = try await children.start(submission, call: call, for: context.job) else {
            throw StorageError.leaseLost(context.job.id, context.job.epoch)
        }
        notifier.notify(submission.firstQueues)
        context.log.event("run \(run) of \(definition.workflow) has begun")
        return run
    }

    /// Refuses a child whose workflow is above it already, and one too deep.
    private func check(_ definition: ChildDefinition, _ context: JobContext) async throws {
        let line = try await children.line(of: context.job.run)
        if line.contains(definition.workflow) {
            let way = (line.reversed() + [definition.workflow]).joined(separator: " → ")
            throw JobFailure(
                code: "workflow-cycle",
                message: "workflows start each other in a cycle: \(way)",
                isPermanent: true
            )
        }
        guard line.count < Self.maximumDepth else {
            throw JobFailure(
                code: "workflow-too-deep",
                message: "\(line.count) runs stand above this one, the most is \(Self.maximumDepth)",
                isPermanent: true
            )
        }
    }

    private func submission(
        of definition: ChildDefinition,
        _ source: String,
        _ given: JSONValue
    ) throws -> RunStore.Submission {
        do {
            let workflow = try WorkflowFile.parse(Array(source.utf8), name: definition.workflow, isKept: true)
            var params: [String: GivenParam] = [:]
            for (name, value) in given.objectValue ?? [:] { params[name] = .value(value) }
            // The team is its parent's, whatever the file says: the store sets it.
            var submission = try RunStore.Submission(
                workflow,
                source: source,
                params: try workflow.checkParams(params),
                team: ""
            )
            // Each call of a parent has a run of its own.
            submission.start = nil
            return submission
        } catch let faults as ParamFaults {
            throw JobFailure(
                code: "params-invalid",
                message: "\(definition.workflow): " + faults.faults.map(\.description).joined(separator: "; "),
                isPermanent: true
            )
        } catch let error as ExpressionError {
            throw JobFailure(
                code: "params-invalid",
                message: "\(definition.workflow): a key of limits or share has no value: \(error)",
                isPermanent: true
            )
        } catch let faults as WorkflowFaults {
            throw JobFailure(
                code: "workflow-not-understood",
                message: "this worker cannot read the workflow \(definition.workflow): \(faults)"
            )
        }
    }

    /// The output of a run: that of the one job which nothing needs, or an object with those of all of them.
    private func output(of run: RunID?) async throws -> JSONValue {
        guard let run, let outputs = try await reader.outputs(of: run) else { return .null }
        var values = JSONObject()
        for output in outputs { values[output.job] = try await value(of: output.output) }
        guard outputs.count == 1 else { return .object(values) }
        return values[outputs[0].job] ?? .null
    }

    private func value(of output: StoredOutput?) async throws -> JSONValue {
        switch output {
        case nil: return .null
        case .inline(let value)?: return value
        case .blob(let blob)?:
            guard let digest = SHA256Digest(hex: blob.digest) else { return .null }
            return try JSONValue(
                parsing: try await store.blob(BlobReference(digest: digest, byteCount: blob.byteCount))
            )
        }
    }
}
