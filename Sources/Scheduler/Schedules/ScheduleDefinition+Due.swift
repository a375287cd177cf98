import JobModel
import Schedules
import Storage
import Workflow

extension ScheduleDefinition {
    /// When it is due, in one text; the same text is the same rule.
    var ruleText: String {
        let rhythm =
            switch self.rhythm {
            case .cron(let expression): "cron \(expression)"
            case .every(let length): "every \(length.written)"
            case .dates(let dates): "dates \(dates.joined(separator: ","))"
            }
        return [rhythm, timezone, start ?? "", end ?? "", "\(except)", "\(only)", jitter.written]
            .joined(separator: "|")
    }

    /// A due time and when it is looked at.
    func nextDue(_ due: Int, of workflow: String) -> NextDue {
        let most = Int(jitter.wholeMicroseconds)
        let delay = Jitter.delay(of: "\(workflow)/\(name)", due: due, most: most)
        return NextDue(
            due: Timestamp(rawValue: Int64(due) * 1_000_000),
            at: Timestamp(rawValue: Int64(due) * 1_000_000 + Int64(delay))
        )
    }

    /// The schedule as it is deployed.
    func deployed(of workflow: String) throws(ZoneError) -> DeployStore.NewSchedule {
        let rule = try rule()
        return DeployStore.NewSchedule(
            name: name,
            rule: ruleText,
            summary: summary,
            timezone: timezone,
            catchup: catchup.rawValue,
            overlap: overlap.rawValue
        ) { now in
            rule.next(after: now.wholeSeconds).map { nextDue($0, of: workflow) }
        }
    }
}

extension Timestamp {
    /// Whole seconds since 1970-01-01T00:00:00Z.
    var wholeSeconds: Int { Int(rawValue / 1_000_000) }
}
