internal import JobModel
package import Schedules

/// A trigger that goes by the clock: what starts runs of the workflow, and how.
package struct ScheduleDefinition: Equatable, Sendable {
    /// What the due times follow.
    package enum Rhythm: Equatable, Sendable {
        case cron(CronExpression)
        /// Whole seconds, at least one.
        case every(Duration)
        /// Moments as they are written.
        case dates([String])
    }

    /// What becomes of due times that passed while no scheduler was there.
    package enum Catchup: String, CaseIterable, Sendable {
        /// Nothing: what was missed by more than a minute stays missed.
        case none
        /// The last one is made up for.
        case latest
        /// All are made up for, in order.
        case all
    }

    /// What happens at a due time while an earlier run of the schedule has not ended.
    package enum Overlap: String, CaseIterable, Sendable {
        /// Both run.
        case allow
        /// The due time is left out.
        case skip
        /// One due time waits for the end of the run; those behind it are left out until then.
        case queueOne = "queue-one"
        /// All due times wait, and run one behind the other.
        case queueAll = "queue-all"
        /// The run is cancelled; the newest due time starts once it has ended.
        case cancelRunning = "cancel-running"
    }

    /// The name, which no other schedule of the workflow has.
    package let name: String
    package let rhythm: Rhythm
    /// The time zone whose clocks count.
    package let timezone: String
    /// The first moment that may be due, as it is written.
    package let start: String?
    /// The moment from which on nothing is due, as it is written; a date alone includes that day.
    package let end: String?
    package let except: [CalendarDays]
    package let only: [CalendarDays]
    /// Up to how much later than its due time a run starts.
    package let jitter: Duration
    package let catchup: Catchup
    package let overlap: Overlap
    /// The params of the runs; their expressions may read the trigger.
    package let params: [TemplateValue.Member]

    /// What the due times follow, for people.
    package var summary: String {
        switch rhythm {
        case .cron(let expression): expression.description
        case .every(let length): "every \(length.written)"
        case .dates(let dates): "\(dates.count) \(dates.count == 1 ? "date" : "dates")"
        }
    }

    /// When it is due.
    ///
    /// - Throws: `ZoneError` when this machine does not know the time zone.
    package func rule(_ zones: ZoneDirectory = .system) throws(ZoneError) -> ScheduleRule {
        let zone = try zones.zone(timezone)
        let rhythm: ScheduleRule.Rhythm =
            switch self.rhythm {
            case .cron(let expression): .cron(expression)
            case .every(let length): .every(Int(length.components.seconds))
            case .dates(let dates): .moments(dates.compactMap { Moment.parse($0, in: zone) }.sorted())
            }
        return ScheduleRule(
            rhythm,
            zone: zone,
            start: start.flatMap { Moment.parse($0, in: zone) },
            end: end.flatMap { Moment.parse($0, in: zone, endOfDay: true) },
            except: except,
            only: only
        )
    }

    /// The params of the run of one due time, without the defaults of the workflow.
    ///
    /// - Throws: `ExpressionError` when an expression has no value.
    package func params(of trigger: TriggerFacts) throws(ExpressionError) -> [String: GivenParam] {
        try trigger.evaluate(params)
    }
}
