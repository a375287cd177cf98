import Hummingbird
import JobModel
import Postgres
import Storage

/// Lists the versions of workflows, and pins them.
struct PinRoutes: Sendable {
    let deployments: DeployStore

    var endpoints: [Endpoint] {
        [
            Endpoint("/v1/workflows/{workflow}/versions", [.get: list]),
            Endpoint("/v1/workflows/{workflow}/pin", [.post: pin]),
            Endpoint("/v1/workflows/{workflow}/unpin", [.post: unpin]),
        ]
    }

    private func list(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try request.refuseParameters()
        let name = try context.parameters.require("workflow")
        let versions = try await deployments.versions(of: name)
        guard !versions.isEmpty else { throw Self.problem(.workflowMissing, name, nil) }
        return Response(json: ["workflow": .string(name), "versions": .array(versions.map(\.json))])
    }

    private func pin(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try request.refuseParameters()
        var members = try await JSONBody.read(request)
        let version = try members.optionalInteger("version", in: 1...Int64(Int32.max)).map(Int.init)
        let reason = try members.reason()
        try members.finish()
        let name = try context.parameters.require("workflow")
        let number: Int
        do throws(any Error) {
            number = try await deployments.pin(name, to: version) {
                Self.note("workflow.pin", name, $0, reason)
            } read: {
                try Self.read($0, name)
            }
        } catch let fault as DeployStore.PinFault {
            throw Self.problem(fault, name, version)
        }
        return Self.answer(name, number, isPinned: true)
    }

    private func unpin(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try request.refuseParameters()
        var members = try await JSONBody.read(request)
        let reason = try members.reason()
        try members.finish()
        let name = try context.parameters.require("workflow")
        let number: Int
        do throws(any Error) {
            number = try await deployments.unpin(name) {
                Self.note("workflow.unpin", name, $0, reason)
            } read: {
                try Self.read($0, name)
            }
        } catch let fault as DeployStore.PinFault {
            throw Self.problem(fault, name, nil)
        }
        return Self.answer(name, number, isPinned: false)
    }

    private static func note(_ action: String, _ name: String, _ version: Int, _ reason: String?) -> AuditNote? {
        AuditNote.byPerson(action, on: "workflow \(name)", reason: reason, detail: ["version": .count(version)])
    }

    private static func answer(_ name: String, _ version: Int, isPinned: Bool) -> Response {
        Response(json: ["workflow": .string(name), "version": .count(version), "pinned": .bool(isPinned)])
    }

    private static func read(_ source: String, _ name: String) throws -> DeployStore.NewWorkflow {
        try ScheduleRoutes.workflow(WorkflowSource(text: source, name: name).definition(), source)
    }

    private static func problem(_ fault: DeployStore.PinFault, _ name: String, _ version: Int?) -> Problem {
        switch fault {
        case .workflowMissing:
            Problem(.workflowNotFound, "there is no workflow \(name): none of that name was run or deployed yet")
        case .versionMissing:
            Problem(
                .workflowNotFound,
                "there is no version \(version.map(String.init) ?? "?") of the workflow \(name); "
                    + "chassis versions \(name) lists them"
            )
        case .notDeployed:
            Problem(.workflowNotDeployed, "the workflow \(name) is not deployed; deploy its file first")
        case .notPinned: Problem(.notPinned, "no version of the workflow \(name) is pinned")
        }
    }
}

extension VersionDetail {
    /// One of the `versions` of a workflow.
    fileprivate var json: JSONValue {
        [
            "version": .count(number), "created_at": .time(created), "deployed": .bool(isDeployed),
            "pinned": .bool(isPinned), "last_run": lastRun.map(JSONValue.id) ?? .null,
        ]
    }
}
