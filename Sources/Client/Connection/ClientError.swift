import Workflow

/// What can go wrong in the `chassis` command.
enum ClientError: Error, Equatable {
    /// The command line asks for something that makes no sense.
    case usage(String)
    /// A file of this machine cannot be read or written.
    case file(path: String, reason: String)
    /// The workflow file is refused; its text is there so that the places can be shown.
    case invalidWorkflow(faults: [WorkflowFault], source: String)
    /// Nobody answers there.
    case unreachable(address: String, reason: String)
    /// What was asked for may have arrived, and no answer came.
    case unanswered(address: String, reason: String)
    /// What answers there does not speak the API.
    case notChassis(address: String, reason: String)
    /// The scheduler says more than can be taken.
    case largeAnswer(address: String, reason: String)
    /// The scheduler says no.
    case refused(Problem)
    /// The database cannot be used.
    case database(String)
    /// What a name stands for is not there.
    case notFound(String)
    /// The run did not succeed, so there is nothing to give.
    case unsuccessful(String)
    /// `chassis dev` cannot go on.
    case dev(what: String, wayOut: String?)

    /// What the process ends with.
    var exitStatus: CommandStatus {
        switch self {
        case .usage, .file: .usage
        case .invalidWorkflow: .refused
        case .unreachable, .unanswered, .notChassis, .largeAnswer, .database: .unreachable
        case .notFound: .conflict
        case .unsuccessful, .dev: .unsuccessful
        case .refused(let problem):
            switch problem.status {
            case 401, 403, 500...: .unreachable
            case 404, 409, 410: .conflict
            case 400..<500: .refused
            default: .unreachable
            }
        }
    }

    /// What happened and the way out, in one line.
    var message: String {
        switch self {
        case .usage(let text), .database(let text), .notFound(let text), .unsuccessful(let text): text
        case .file(let path, let reason): "\(path): \(reason)"
        case .invalidWorkflow(let faults, _): faults.map(\.description).joined(separator: "; ")
        case .unreachable(let address, let reason):
            "no scheduler answers at \(address): \(reason); start one with 'chassis dev', "
                + "or name another with --address or CHASSIS_ADDRESS"
        case .unanswered(let address, let reason):
            "no answer of the scheduler at \(address): \(reason); what was asked for may have been done, "
                + "so look before you ask for it again"
        case .notChassis(let address, let reason):
            "what answers at \(address) is no chassis scheduler: \(reason); check --address or CHASSIS_ADDRESS"
        case .largeAnswer(let address, let reason):
            "\(address) answers, but \(reason); 'chassis transcript RUN JOB' and 'chassis logs RUN' ask for a page at a time"
        case .refused(let problem): Self.text(of: problem)
        case .dev(let what, let wayOut): what + (wayOut.map { "; " + $0 } ?? "")
        }
    }

    private static func text(of problem: Problem) -> String {
        let text = problem.code.isEmpty ? problem.detail : "\(problem.detail) [\(problem.code)]"
        guard problem.status == 401 else { return text }
        return text + "; give it with --token-file or CHASSIS_TOKEN"
    }
}
