import Digests
package import Postgres

/// Makes versions of workflows the deployed ones, a folder at a time.
package struct DeployStore: Sendable {
    /// A schedule as the file has it.
    package struct NewSchedule: Sendable {
        package var name: String
        /// When it is due, in one text; the same text is the same rule.
        package var rule: String
        package var summary: String
        package var timezone: String
        package var catchup: String
        package var overlap: String
        /// Its first due time behind a moment.
        package var next: @Sendable (Timestamp) -> NextDue?

        package init(
            name: String,
            rule: String,
            summary: String,
            timezone: String,
            catchup: String,
            overlap: String,
            next: @escaping @Sendable (Timestamp) -> NextDue?
        ) {
            self.name = name
            self.rule = rule
            self.summary = summary
            self.timezone = timezone
            self.catchup = catchup
            self.overlap = overlap
            self.next = next
        }
    }

    /// A workflow of a folder.
    package struct NewWorkflow: Sendable {
        package var name: String
        package var source: String
        package var schedules: [NewSchedule]
        package var eventTriggers: [NewEventTrigger]
        /// The versions of other workflows that its file names.
        package var namedVersions: [VersionName]

        package init(
            name: String,
            source: String,
            schedules: [NewSchedule],
            eventTriggers: [NewEventTrigger] = [],
            namedVersions: [VersionName] = []
        ) {
            self.name = name
            self.source = source
            self.schedules = schedules
            self.eventTriggers = eventTriggers
            self.namedVersions = namedVersions
        }
    }

    /// What a deployment does to a workflow.
    package enum Change: String, Sendable {
        case new, changed, unchanged
        /// Another version is pinned, and stays the deployed one.
        case pinned
        /// It is deployed no more, and its schedules are paused.
        case retired
    }

    package struct Outcome: Equatable, Sendable {
        package let workflow: String
        package let change: Change
        /// The number of the version that is deployed; nil for one that is retired.
        package let version: Int?
        /// The number of the file's version, where another one is pinned.
        package var kept: Int?
    }

    /// Carries the outcome of a trial out of its transaction.
    private struct Trial: Error {
        let outcomes: [Outcome]
    }

    /// What is deployed of a workflow.
    struct Deployed {
        /// The digest of the deployed version in hexadecimal; nil when none is deployed.
        let digest: String?
        let number: Int?
        let isPinned: Bool

        init(_ row: PostgresRow) throws {
            digest = try row.optionalString("sha256")
            number = try row.optionalInt("number")
            isPinned = try row.bool("is_pinned")
        }
    }

    let pool: PostgresPool

    package init(_ pool: PostgresPool) { self.pool = pool }

    /// Deploys all workflows or none.
    ///
    /// - Parameters:
    ///   - prunes: Whether deployed workflows that are not among them are retired.
    ///   - isTrial: Whether only to say what would be done.
    ///   - note: What the audit log is told of what is done to a workflow.
    package func deploy(
        _ workflows: [NewWorkflow],
        prunes: Bool,
        isTrial: Bool,
        noting note: @Sendable (Outcome) -> AuditNote? = { _ in nil }
    ) async throws -> [Outcome] {
        do {
            return try await pool.transaction { connection in
                let outcomes = try await deploy(workflows, prunes, connection)
                if isTrial { throw Trial(outcomes: outcomes) }
                for outcome in outcomes { try await note(outcome)?.add(on: connection) }
                return outcomes
            }
        } catch let trial as Trial {
            return trial.outcomes
        }
    }

    /// The files of the versions that are deployed, by workflow.
    package func deployedSources(of workflows: [String]) async throws -> [String: String] {
        let rows = try await pool.query(Statement.readDeployed, [.array(workflows)]).rows
        return try rows.reduce(into: [:]) { $0[try $1.string("name")] = try $1.string("source") }
    }

    private func deploy(
        _ workflows: [NewWorkflow],
        _ prunes: Bool,
        _ connection: PostgresConnection
    ) async throws -> [Outcome] {
        // In one order, so that two deployments do not wait for each other.
        let workflows = workflows.sorted { $0.name < $1.name }
        for workflow in workflows {
            _ = try await connection.query(Statement.addWorkflow, [.text(workflow.name), nil])
        }
        let rows = try await connection.query(Statement.listDeployed, [.array(workflows.map(\.name))]).rows
        var before: [String: Deployed] = [:]
        for row in rows { before[try row.string("name")] = try Deployed(row) }
        let now = try rows.first.map { try $0.timestamp("now_us") } ?? Timestamp(rawValue: 0)
        var outcomes: [Outcome] = []
        for workflow in workflows {
            outcomes.append(try await put(workflow, before: before[workflow.name], now, connection))
        }
        let gone = Set(before.keys).subtracting(workflows.map(\.name)).sorted()
        if prunes, !gone.isEmpty {
            _ = try await connection.query(Statement.retireWorkflows, [.array(gone), nil])
            outcomes += gone.map { Outcome(workflow: $0, change: .retired, version: nil) }
        }
        return outcomes
    }

    /// Makes a version the deployed one, unless another is pinned.
    ///
    /// - Parameter before: What was deployed; nil where nothing was.
    func put(
        _ workflow: NewWorkflow,
        before: Deployed?,
        _ now: Timestamp,
        _ connection: PostgresConnection
    ) async throws -> Outcome {
        let digest = SHA256.digest(of: workflow.source.utf8)
        let row = try await connection.query(
            Statement.addWorkflowVersion,
            [.text(workflow.name), .text(workflow.source), .bytes(digest.bytes), nil]
        ).rows[0]
        for (statement, parameters) in RunStore.naming(
            workflow.namedVersions,
            in: .text(workflow.name),
            .bytes(digest.bytes)
        ) {
            _ = try await connection.query(statement, parameters)
        }
        let version = try row.int64("version_id")
        let number = try row.int("number")
        if let before, before.isPinned, before.digest != digest.description {
            return Outcome(workflow: workflow.name, change: .pinned, version: before.number, kept: number)
        }
        _ = try await connection.query(
            Statement.deployVersion,
            [.text(workflow.name), .integer(version), .array(workflow.schedules.map(\.name)), nil]
        )
        for schedule in workflow.schedules {
            let next = schedule.next(now)
            _ = try await connection.query(
                Statement.putSchedule,
                [
                    .text(workflow.name), .text(schedule.name), .integer(version), .text(schedule.rule),
                    .text(schedule.summary), .text(schedule.timezone), .text(schedule.catchup),
                    .text(schedule.overlap), .optional(next?.due.rawValue), .optional(next?.at.rawValue), nil,
                ]
            )
        }
        try await put(workflow.eventTriggers, of: workflow.name, version, connection)
        let change: Change =
            before?.digest == nil ? .new : before?.digest == digest.description ? .unchanged : .changed
        return Outcome(workflow: workflow.name, change: change, version: number)
    }
}
