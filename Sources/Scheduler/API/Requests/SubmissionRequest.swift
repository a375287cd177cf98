import JobModel
import Storage
import Workflow

/// A workflow file and what its run should start from, as a client sent them.
struct SubmissionRequest {
    /// The longest idempotency key, in UTF-8 bytes.
    static let maximumKeyBytes = 255
    /// The team of a run whose workflow file names none.
    static let defaultTeam = "default"

    private let file: WorkflowSource
    private let params: [String: GivenParam]
    private let idempotencyKey: String?

    /// - Throws: `Problem` when the members are not those of a submission.
    init(_ members: JSONMembers) throws {
        var members = members
        file = try WorkflowSource(&members)
        params = try Self.params(&members)
        idempotencyKey = try members.optionalText("idempotency_key")
        try members.finish()
        if let key = idempotencyKey, !(1...Self.maximumKeyBytes).contains(key.utf8.count) {
            throw Problem(
                .badRequest,
                "\"idempotency_key\" must have 1 to \(Self.maximumKeyBytes) bytes, not \(key.utf8.count)"
            )
        }
    }

    private static func params(_ members: inout JSONMembers) throws -> [String: GivenParam] {
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
    /// - Throws: `Problem` with every fault of the file, or of the params.
    func submission() throws -> RunStore.Submission {
        let definition = try file.definition()
        return RunStore.Submission(
            workflow: definition.name,
            source: file.text,
            team: definition.team ?? Self.defaultTeam,
            params: try checkedParams(of: definition),
            jobs: definition.jobs.map(RunStore.NewJob.init),
            idempotencyKey: idempotencyKey
        )
    }

    private func checkedParams(of definition: WorkflowDefinition) throws -> JSONObject {
        do {
            return try definition.checkParams(params)
        } catch {
            throw Problem(.paramsInvalid, error.faults.map(\.description).joined(separator: "; "))
        }
    }
}

extension RunStore.NewJob {
    fileprivate init(_ job: JobDefinition) {
        self.init(
            name: job.name,
            kind: job.kind.name.rawValue,
            queue: job.queue,
            priority: Int16(clamping: job.priority),
            needs: job.needs
        )
    }
}
