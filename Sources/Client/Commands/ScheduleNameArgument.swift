import ArgumentParser
import JobModel

/// The argument that names a schedule.
struct ScheduleNameArgument: ParsableArguments {
    @Argument(help: "The schedule as WORKFLOW/NAME, or the workflow where it has only one.")
    var name: String

    /// Does something with the schedule.
    func act(_ act: String, _ why: ReasonOption, on api: SchedulerAPI) async throws -> JSONValue {
        let (workflow, schedule) = try await find(on: api)
        return try await api.schedule(workflow, schedule, act, why.members)
    }

    /// The names of workflow and schedule.
    func find(on api: SchedulerAPI) async throws -> (workflow: String, schedule: String) {
        let found = try await api.schedules().list("schedules").filter {
            let workflow = $0.text("workflow")
            return workflow == name || "\(workflow)/\($0.text("name"))" == name
        }
        guard let schedule = found.first else {
            throw ClientError.notFound("there is no schedule \"\(name)\"; 'chassis schedules' lists them")
        }
        guard found.count == 1 else {
            let names = found.map { "\(name)/\($0.text("name"))" }.joined(separator: ", ")
            throw ClientError.usage("\(name) has several schedules: \(names)")
        }
        return (schedule.text("workflow"), schedule.text("name"))
    }

    func lines(_ what: String, _ answer: JSONValue) -> [StyledLine] {
        [StyledLine("\(answer.text("workflow"))/\(answer.text("name")) \(what)")]
    }
}
