import JobModel
import Storage

extension RunStore.Retry {
    /// Takes `from` or `all`, `fresh` and `repeat_unknown`.
    init(_ members: inout JSONMembers) throws {
        let from = try members.optionalText("from")
        let isAll = try members.optionalBool("all") ?? false
        guard from == nil || !isAll else {
            throw Problem(.badRequest, "\"from\" and \"all\" exclude each other; leave one of them out")
        }
        var fresh: [String] = []
        if let given = members.optionalValue("fresh") {
            guard let names = given.arrayValue?.compactMap(\.stringValue), names.count == given.arrayValue?.count else {
                throw Problem(.badRequest, "\"fresh\" is a list of names of jobs")
            }
            fresh = names
        }
        self.init(
            isAll ? .all : from.map(Reach.from) ?? .failed,
            fresh: fresh,
            repeatsUnknown: try members.optionalBool("repeat_unknown") ?? false
        )
    }

    /// What the audit log says of it.
    var detail: JSONValue? {
        var detail = JSONObject()
        switch reach {
        case .failed: break
        case .from(let job): detail["from"] = .string(job)
        case .all: detail["all"] = true
        }
        if !fresh.isEmpty { detail["fresh"] = .texts(fresh) }
        if repeatsUnknown { detail["repeat_unknown"] = true }
        return detail.isEmpty ? nil : .object(detail)
    }
}
