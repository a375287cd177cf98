import JobModel
import Storage
import Submissions
import Workflow

/// A workflow file and what its run should start from, as a client sent them.
struct SubmissionRequest {
    /// The longest idempotency key, in UTF-8 bytes.
    static let maximumKeyBytes = 255
    /// The team of a run whose workflow file names none.
    static let defaultTeam = "default"

    /// What is to run.
    private enum Workflow {
        case file(WorkflowSource)
        /// One that is there, in its newest version or in a certain one.
        case named(String, version: Int?)
    }

    private let workflow: Workflow
    private let params: [String: GivenParam]
    private let idempotencyKey: String?

    /// - Throws: `Problem` when the members are not those of a submission.
    init(_ members: JSONMembers) throws {
        var members = members
        if let name = try members.optionalText("name") {
            let version = try members.optionalInteger("version", in: 1...Int64(Int32.max)).map(Int.init)
            guard !members.holds("workflow") else {
                throw Problem(.badRequest, "\"workflow\" and \"name\" exclude each other; leave one of them out")
            }
            workflow = .named(name, version: version)
        } else {
            workflow = .file(try WorkflowSource(&members))
        }
        params = try Self.params(&members)
        idempotencyKey = try Self.idempotencyKey(&members)
        try members.finish()
    }

    /// Takes the member `idempotency_key`.
    static func idempotencyKey(_ members: inout JSONMembers) throws -> String? {
        guard let key = try members.optionalText("idempotency_key") else { return nil }
        guard (1...maximumKeyBytes).contains(key.utf8.count) else {
            throw Problem(
                .badRequest,
                "\"idempotency_key\" must have 1 to \(maximumKeyBytes) bytes, not \(key.utf8.count)"
            )
        }
        return key
    }

    /// Takes the members `params` and `raw_params`.
    static func params(_ members: inout JSONMembers) throws -> [String: GivenParam] {
        var params: [String: GivenParam] = [:]
        for (name, value) in try members.optionalObject("params") ?? [:] { params[name] = .value(value) }
        for (name, value) in try members.optionalObject("raw_params") ?? [:] {
            guard let text = value.stringValue else {
                throw Problem(
                    .badRequest,
                    "\"raw_params\" holds texts, but \"\(name)\" is of type \(value.typeName); "
                        + "JSON values belong in \"params\""
                )
            }
            guard params.updateValue(.text(text), forKey: name) == nil else {
                throw Problem(.badRequest, "\"\(name)\" is both in \"params\" and in \"raw_params\"")
            }
        }
        return params
    }

    /// The run to start.
    ///
    /// - Parameter find: Finds the file of a workflow that is there, the newest where no version is named.
    /// - Throws: `Problem` with every fault of the file, or of the params.
    func submission(
        finding find: (String, Int?) async throws -> String?
    ) async throws -> RunStore.Submission {
        let file: WorkflowSource
        switch workflow {
        case .file(let given): file = given
        case .named(let name, let version):
            guard let source = try await find(name, version) else {
                let shown = version.map { "version \($0) of the workflow" } ?? "workflow"
                throw Problem(
                    .workflowNotFound,
                    "there is no \(shown) \"\(name)\"; deploy its file, or submit it with \"workflow\""
                )
            }
            file = WorkflowSource(text: source, name: name)
        }
        let definition = try file.definition()
        return try Self.submission(
            definition,
            source: file.text,
            params: params,
            team: definition.team ?? Self.defaultTeam,
            idempotencyKey: idempotencyKey
        )
    }

    /// A run of a definition.
    ///
    /// - Throws: `Problem` with every fault of the params.
    static func submission(
        _ definition: WorkflowDefinition,
        source: String,
        params: [String: GivenParam],
        team: String,
        idempotencyKey: String?
    ) throws -> RunStore.Submission {
        let params = try checked(params, of: definition)
        do {
            return try RunStore.Submission(
                definition,
                source: source,
                params: params,
                team: team,
                idempotencyKey: idempotencyKey
            )
        } catch {
            throw Problem(.paramsInvalid, "a key of limits, share or start has no value: \(error)")
        }
    }

    private static func checked(
        _ params: [String: GivenParam],
        of definition: WorkflowDefinition
    ) throws -> JSONObject {
        do {
            return try definition.checkParams(params)
        } catch {
            throw Problem(.paramsInvalid, error.faults.map(\.description).joined(separator: "; "))
        }
    }
}
