import JobModel
import Workflow

/// A workflow file as a client sent it.
struct WorkflowSource {
    /// What a file is called whose name the client does not tell.
    static let defaultName = "workflow.yaml"

    /// The file's content.
    let text: String
    let name: String

    /// Takes the members `workflow` and `file`.
    init(_ members: inout JSONMembers) throws {
        text = try members.text("workflow")
        name = try members.optionalText("file") ?? Self.defaultName
    }

    /// A file that was submitted before.
    init(text: String, name: String) {
        self.text = text
        self.name = name
    }

    /// What the file says.
    ///
    /// - Throws: `Problem` with every fault of the file.
    func definition() throws -> WorkflowDefinition {
        do {
            return try WorkflowFile.parse(Array(text.utf8), name: name)
        } catch {
            throw Self.problem(error.faults, in: name)
        }
    }

    /// - Parameter faults: At least one.
    static func problem(_ faults: [WorkflowFault], in name: String) -> Problem {
        Problem(
            .workflowInvalid,
            "\(name) has \(faults.count) \(faults.count == 1 ? "fault" : "faults"): \(faults[0])",
            extras: ["faults": .array(faults.map(\.json))]
        )
    }
}

extension WorkflowFault {
    /// One of the `faults` of a problem.
    fileprivate var json: JSONValue {
        [
            "line": .count(line), "column": .count(column), "path": .string(path), "message": .string(message),
            "hint": .optional(hint),
        ]
    }
}
