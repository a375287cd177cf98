import JobModel
import Workflow

/// An answer that is an error: `application/problem+json`.
struct Problem: Equatable, Sendable {
    let status: Int
    /// The stable code, such as `run_not_found`; empty when the answer was no problem+json.
    let code: String
    let detail: String
    /// What is wrong with a workflow file; empty for every other problem.
    let faults: [WorkflowFault]

    /// Reads an answer that is not a success, whatever it holds.
    ///
    /// - Parameter file: What the workflow file is called here.
    init(status: Int, body: [UInt8], file: String) {
        self.status = status
        // An answer that is no JSON comes from something between us and the scheduler; its status is all it tells.
        let json = (try? JSONValue(parsing: body)) ?? .null
        code = json["code"]?.stringValue ?? ""
        detail = json["detail"]?.stringValue ?? json["title"]?.stringValue ?? "HTTP status \(status)"
        faults = json.list("faults").map { fault in
            WorkflowFault(
                file: file,
                line: Int(fault.number("line")),
                column: Int(fault.number("column")),
                path: fault.text("path"),
                message: fault.text("message"),
                hint: fault["hint"]?.stringValue
            )
        }
    }
}
