import Hummingbird
import JobModel

/// What `POST /v1/backfills` asks for.
struct BackfillRequest {
    /// What there is to be a run for each of.
    enum Items {
        case dueTimes(schedule: String, from: String, to: String)
        case partitions(trigger: String, [String])
    }

    /// The most items of one backfill.
    static let maximumItems = 100_000
    /// The longest body, in bytes: so many partitions with the longest names.
    static let maximumBytes = 32 * 1024 * 1024
    private static let defaultMostActive: Int64 = 4

    let workflow: String
    let items: Items
    let newestFirst: Bool
    /// Whether items are taken too that have had a run.
    let again: Bool
    let isTrial: Bool
    /// How many of its runs are under way at once, at most.
    let mostActive: Int
    let reason: String?

    static func read(_ request: Request) async throws -> BackfillRequest {
        try request.refuseParameters()
        var members = try await JSONBody.read(request, maximumBytes: maximumBytes)
        let read = try BackfillRequest(&members)
        try members.finish()
        return read
    }

    private init(_ members: inout JSONMembers) throws {
        workflow = try members.text("workflow")
        items = try Self.items(&members)
        newestFirst = try members.optionalBool("newest_first") ?? false
        again = try members.optionalBool("again") ?? false
        isTrial = try members.optionalBool("dry_run") ?? false
        let limit = members.optionalValue("limit").map { $0.integerValue ?? 0 } ?? Self.defaultMostActive
        guard (1...10_000).contains(limit) else { throw Problem(.badRequest, "\"limit\" goes from 1 to 10000") }
        mostActive = Int(limit)
        reason = try members.reason()
    }

    private static func items(_ members: inout JSONMembers) throws -> Items {
        guard let trigger = try members.optionalText("trigger") else {
            guard !members.holds("partitions") else {
                throw Problem(.badRequest, "\"partitions\" are a trigger's; name it with \"trigger\"")
            }
            return .dueTimes(
                schedule: try members.text("schedule"),
                from: try members.text("from"),
                to: try members.text("to")
            )
        }
        for key in ["schedule", "from", "to"] where members.holds(key) {
            throw Problem(
                .badRequest,
                "\"\(key)\" does not go with \"trigger\": schedules have due times, triggers have partitions"
            )
        }
        return .partitions(trigger: trigger, try partitions(&members))
    }

    /// The partitions, each once.
    private static func partitions(_ members: inout JSONMembers) throws -> [String] {
        guard let list = members.optionalValue("partitions")?.arrayValue, !list.isEmpty else {
            throw Problem(.badRequest, "the body lacks \"partitions\", a list of the names of partitions")
        }
        guard list.count <= maximumItems else {
            throw Problem(
                .badRequest,
                "\"partitions\" has \(list.count) elements, more than \(maximumItems); make several backfills of it"
            )
        }
        var seen: Set<String> = []
        return try list.enumerated().compactMap { number, element in
            guard let name = element.stringValue else {
                throw Problem(
                    .badRequest,
                    "\"partitions\" holds texts, but element \(number + 1) is of type \(element.typeName)"
                )
            }
            guard (1...NewEvent.maximumKeyBytes).contains(name.utf8.count) else {
                throw Problem(
                    .badRequest,
                    "element \(number + 1) of \"partitions\" has \(name.utf8.count) bytes; "
                        + "partitions have 1 to \(NewEvent.maximumKeyBytes)"
                )
            }
            return seen.insert(name).inserted ? name : nil
        }
    }
}
