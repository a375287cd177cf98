import Hummingbird
import JobModel
import Postgres
import Schedules
import Storage
import Submissions
import Workflow

/// Deploys workflows, and shows, pauses, resumes and triggers their schedules.
struct ScheduleRoutes: Sendable {
    /// The most files in one deployment.
    static let maximumFiles = 1_000
    /// The longest body of a deployment, in bytes: all of its files.
    static let maximumDeployment = 64 * 1024 * 1024

    private let pool: PostgresPool
    private let store: ScheduleStore
    private let starter: ScheduleStarter
    private let notifier: ReadyNotifier
    private let answer: AnswerToAct

    init(pool: PostgresPool, notifier: ReadyNotifier, answer: AnswerToAct) {
        self.answer = answer
        self.pool = pool
        store = ScheduleStore(pool)
        starter = ScheduleStarter(pool)
        self.notifier = notifier
    }

    var endpoints: [Endpoint] {
        [
            Endpoint("/v1/workflows", [.post: deploy]),
            Endpoint("/v1/schedules", [.get: list]),
            Endpoint("/v1/schedules/{workflow}/{schedule}/pause", [.post: pause]),
            Endpoint("/v1/schedules/{workflow}/{schedule}/resume", [.post: resume]),
            Endpoint("/v1/schedules/{workflow}/{schedule}/trigger", [.post: trigger]),
        ]
    }

    private func deploy(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try request.refuseParameters()
        var members = try await JSONBody.read(request, maximumBytes: Self.maximumDeployment)
        let prunes = try members.optionalBool("prune") ?? false
        let isTrial = try members.optionalBool("dry_run") ?? false
        let showsBefore = try members.optionalBool("diff") ?? false
        let workflows = try Self.workflows(&members)
        let reason = try members.reason()
        try members.finish()
        let deployments = DeployStore(pool)
        let before = showsBefore ? try await deployments.deployedSources(of: workflows.map(\.name)) : nil
        let outcomes = try await deployments.deploy(workflows, prunes: prunes, isTrial: isTrial) { outcome in
            guard outcome.change != .unchanged else { return nil }
            return AuditNote.byPerson(
                "workflow.deploy",
                on: "workflow \(outcome.workflow)",
                reason: reason,
                detail: ["change": .word(outcome.change), "version": outcome.version.map(JSONValue.count) ?? .null]
            )
        }
        return Response(json: [
            "workflows": .array(outcomes.map { $0.json(before: before) }), "dry_run": .bool(isTrial),
        ])
    }

    private static func workflows(_ members: inout JSONMembers) throws -> [DeployStore.NewWorkflow] {
        guard let files = members.optionalValue("files")?.arrayValue, files.count <= maximumFiles else {
            throw Problem(.badRequest, "the body lacks \"files\", a list of at most \(maximumFiles) workflow files")
        }
        var found: [String: DeployStore.NewWorkflow] = [:]
        var read: [StartCycles.File] = []
        for file in files {
            guard let object = file.objectValue else {
                throw Problem(.badRequest, "\"files\" holds objects with \"workflow\" and \"file\"")
            }
            var members = JSONMembers(object)
            let source = try WorkflowSource(&members)
            try members.finish()
            let definition = try source.definition()
            read.append(.init(name: source.name, text: source.text, definition: definition))
            let workflow = try workflow(definition, source.text)
            guard found.updateValue(workflow, forKey: definition.name) == nil else {
                let both = read.filter { $0.definition.name == definition.name }.map(\.name)
                throw Problem(
                    .badRequest,
                    "\(both.joined(separator: " and ")) are both called \"\(definition.name)\"; a workflow has one file"
                )
            }
        }
        let cycles = StartCycles(read).faults
        guard let first = cycles.first else { return Array(found.values) }
        throw WorkflowSource.problem(cycles.filter { $0.file == first.file }, in: first.file)
    }

    /// What is deployed of a file.
    static func workflow(_ definition: WorkflowDefinition, _ source: String) throws -> DeployStore.NewWorkflow {
        DeployStore.NewWorkflow(
            name: definition.name,
            source: source,
            schedules: try definition.schedules.map { try deployed($0, of: definition.name) },
            eventTriggers: definition.eventTriggers.map { $0.deployed(of: definition) },
            namedVersions: definition.namedVersions
        )
    }

    private static func deployed(
        _ schedule: ScheduleDefinition,
        of workflow: String
    ) throws -> DeployStore.NewSchedule {
        do {
            return try schedule.deployed(of: workflow)
        } catch {
            throw Problem(.workflowInvalid, "the schedule \"\(workflow)/\(schedule.name)\" has no due times: \(error)")
        }
    }

    private func list(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try request.refuseParameters()
        return Response(json: ["schedules": .array(try await store.all().map(\.json))])
    }

    private func pause(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let (workflow, name, reason) = try await names(request, context)
        return try await withSchedule(workflow, name) { schedule, connection in
            try await store.pause(schedule, on: connection)
            try await AuditNote.byPerson("schedule.pause", on: "schedule \(workflow)/\(name)", reason: reason)?
                .add(on: connection)
            return try await show(workflow, name, on: connection)
        }
    }

    private func resume(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let (workflow, name, reason) = try await names(request, context)
        return try await withSchedule(workflow, name) { schedule, connection in
            try await store.resume(schedule, next: try await starter.next(of: schedule, on: connection), on: connection)
            try await AuditNote.byPerson("schedule.resume", on: "schedule \(workflow)/\(name)", reason: reason)?
                .add(on: connection)
            return try await show(workflow, name, on: connection)
        }
    }

    private func trigger(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let (workflow, name, reason) = try await names(request, context)
        let requester = Person.current?.name
        let (run, queues) = try await withSchedule(workflow, name) { schedule, connection in
            let (run, queues) = try await starter.trigger(schedule, requester: requester, on: connection)
            try await AuditNote.byPerson(
                "schedule.trigger",
                on: "schedule \(workflow)/\(name)",
                run: run,
                reason: reason
            )?.add(on: connection)
            return (run, queues)
        }
        notifier.notify(queues)
        return Response(status: .created, json: await answer.run(run, of: workflow, RunReader(pool)))
    }

    private func names(
        _ request: Request,
        _ context: BasicRequestContext
    ) async throws -> (workflow: String, schedule: String, reason: String?) {
        try request.refuseParameters()
        var members = try await JSONBody.read(request)
        let reason = try members.reason()
        try members.finish()
        return (context.parameters.get("workflow") ?? "", context.parameters.get("schedule") ?? "", reason)
    }

    private func withSchedule<Value: Sendable>(
        _ workflow: String,
        _ name: String,
        _ body: (DueSchedule, PostgresConnection) async throws -> Value
    ) async throws -> Value {
        try await pool.transaction { connection in
            guard let schedule = try await store.lock(workflow: workflow, name: name, on: connection) else {
                throw Self.notFound(workflow, name)
            }
            return try await body(schedule, connection)
        }
    }

    private func show(_ workflow: String, _ name: String, on connection: PostgresConnection) async throws -> Response {
        let all = try await store.all(on: connection)
        guard let detail = all.first(where: { $0.workflow == workflow && $0.name == name }) else {
            throw Self.notFound(workflow, name)
        }
        return Response(json: detail.json)
    }

    static func notFound(_ workflow: String, _ name: String) -> Problem {
        Problem(.scheduleNotFound, "there is no schedule \"\(workflow)/\(name)\"; GET /v1/schedules lists them")
    }
}

extension DeployStore.Outcome {
    /// One of the `workflows` of a deployment.
    ///
    /// - Parameter before: The files that were deployed before, where they are to be shown.
    fileprivate func json(before: [String: String]?) -> JSONValue {
        var object: JSONObject = [
            "name": .string(workflow), "change": .word(change), "version": version.map(JSONValue.count) ?? .null,
        ]
        if let kept { object["kept_version"] = .count(kept) }
        if let before, change != .unchanged { object["before"] = .optional(before[workflow]) }
        return .object(object)
    }
}

extension ScheduleDetail {
    /// The object `Schedule` of the API.
    fileprivate var json: JSONValue {
        [
            "workflow": .string(workflow), "name": .string(name), "version": .count(version),
            "when": .string(summary), "timezone": .string(timezone), "catchup": .string(catchup),
            "overlap": .string(overlap), "next_due_at": .time(nextDue), "last_due_at": .time(lastDue),
            "last_run": lastRun.map(JSONValue.id) ?? .null, "paused_at": .time(pausedAt),
            "waits_for_run": blockedBy.map(JSONValue.id) ?? .null, "error": .optional(error),
        ]
    }
}
