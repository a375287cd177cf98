import JobModel
import Postgres
import Storage
import Testing

/// Programs that name steps, and what they left behind.
extension GatewayScene {
    /// Starts a script that names steps and makes no calls.
    func submitSteps(_ script: String) async throws -> RunID {
        try await submit("steps", run: ["bash", "-c", script], connections: "[]", more: ", steps: true")
    }

    /// What commands of steps have noted in the file of that name, line by line.
    var notes: [String] {
        Fleet.read(fleet.directory + "/notes").split(separator: "\n").map(String.init)
    }

    /// The question that a suspended run waits for.
    func asked(_ run: RunID) async throws -> Approval {
        _ = try await fleet.wait(
            for: run,
            until: """
                SELECT FROM chassis.waiting WHERE run_id = $1::bigint AND reason = 'suspended'
                AND waits_for = 'effect' AND NOT EXISTS (SELECT FROM chassis.lease)
                """
        )
        return try #require(try await ApprovalStore(fleet.pool).approvals(isOpen: true, run: run).last)
    }
}
