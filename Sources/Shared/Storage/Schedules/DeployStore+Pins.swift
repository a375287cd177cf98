import Postgres

/// Versions that stay deployed whatever is deployed.
extension DeployStore {
    /// Why a version is not pinned, or not unpinned.
    package enum PinFault: Error, Equatable {
        case workflowMissing
        case versionMissing
        case notDeployed
        case notPinned
    }

    /// Makes a version the deployed one, and keeps it so: deployments leave it alone until it is unpinned.
    ///
    /// - Parameters:
    ///   - version: Its number; nil for the one that is deployed.
    ///   - note: What the audit log is told of the number.
    ///   - read: Reads the file of the version.
    /// - Returns: Its number.
    /// - Throws: `PinFault`, and whatever `read` throws.
    package func pin(
        _ workflow: String,
        to version: Int?,
        noting note: @Sendable (Int) -> AuditNote? = { _ in nil },
        read: (String) throws -> NewWorkflow
    ) async throws -> Int {
        try await pool.transaction { connection in
            let (deployed, _, now) = try await lock(workflow, connection)
            let number = try await put(workflow, version ?? deployed, now, connection, read)
            _ = try await connection.query(Statement.pinWorkflow, [.text(workflow), .bool(true)])
            try await note(number)?.add(on: connection)
            return number
        }
    }

    /// Makes the newest version the deployed one again.
    ///
    /// - Returns: Its number.
    /// - Throws: `PinFault`, and whatever `read` throws.
    package func unpin(
        _ workflow: String,
        noting note: @Sendable (Int) -> AuditNote? = { _ in nil },
        read: (String) throws -> NewWorkflow
    ) async throws -> Int {
        try await pool.transaction { connection in
            let (_, isPinned, now) = try await lock(workflow, connection)
            guard isPinned else { throw PinFault.notPinned }
            _ = try await connection.query(Statement.pinWorkflow, [.text(workflow), .bool(false)])
            let number = try await put(workflow, nil, now, connection, read)
            try await note(number)?.add(on: connection)
            return number
        }
    }

    /// The newest versions of a workflow; none when there is no such workflow.
    package func versions(of workflow: String) async throws -> [VersionDetail] {
        try await pool.query(Statement.listVersions, [.text(workflow)]).rows.map(VersionDetail.init)
    }

    private func lock(
        _ workflow: String,
        _ connection: PostgresConnection
    ) async throws -> (deployed: Int, isPinned: Bool, now: Timestamp) {
        let locked = try await connection.query(Statement.lockWorkflow, [.text(workflow)])
        guard let row = locked.rows.first else { throw PinFault.workflowMissing }
        guard let deployed = try row.optionalInt("number") else { throw PinFault.notDeployed }
        return (deployed, try row.bool("is_pinned"), try row.timestamp("now_us"))
    }

    /// Makes a version the deployed one, the newest without a number.
    private func put(
        _ workflow: String,
        _ number: Int?,
        _ now: Timestamp,
        _ connection: PostgresConnection,
        _ read: (String) throws -> NewWorkflow
    ) async throws -> Int {
        let found = try await connection.query(Statement.findWorkflow, [.text(workflow), .optional(number)])
        guard let row = found.rows.first else { throw PinFault.versionMissing }
        _ = try await put(try read(try row.string("source")), before: nil, now, connection)
        return try row.int("number")
    }
}
