import ArgumentParser
import JobModel
import Schedules
import Workflow

/// The subcommand `schedule next`.
struct ScheduleNextCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "next",
        abstract: "Show when a workflow, or one cron expression, is due next; nothing is sent.",
        discussion: "With --json and --cron it writes an array of RFC 3339 times; with a file, an object with such an "
            + "array for each schedule."
    )

    @Argument(help: "A workflow file with triggers.")
    var file: String?

    @Option(name: .long, help: "A cron expression instead of a file: five fields, or six with seconds first.")
    var cron: String?

    @Option(name: .long, help: "The time zone of --cron.")
    var timezone: String = Zone.utc.name

    @Option(name: .long, help: "The time behind which to look, as 2026-03-29T01:00:00Z; by default now.")
    var from: String?

    @Option(name: [.short, .customLong("count")], help: "How many due times, 1 to 10,000.")
    var number = 10

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (file == nil) != (cron == nil) else { throw ValidationError("name a workflow file, or give --cron") }
        guard (1...10_000).contains(number) else { throw ValidationError("-n is \(number), it goes from 1 to 10000") }
    }

    func run(_ invocation: Invocation) async throws -> CommandStatus {
        let now = try from.map { try moment($0) } ?? Timestamp.now.seconds
        if let cron {
            let times = times(of: try rule(cron), after: now)
            show([("", times)], json: .array(times.map(JSONValue.string)), invocation)
        } else if let file {
            let definition = try WorkflowSource.read(file, invocation).definition
            var found: [(name: String, times: [String])] = []
            for schedule in definition.schedules {
                do throws(ZoneError) {
                    let rule = try schedule.rule()
                    found.append(
                        ("\(schedule.name)  \(schedule.summary)  \(schedule.timezone)", times(of: rule, after: now))
                    )
                } catch {
                    throw ClientError.usage(error.description)
                }
            }
            guard !found.isEmpty else { throw ClientError.usage("\(file) has no triggers that go by the clock") }
            var json = JSONObject()
            for (schedule, times) in zip(definition.schedules, found.map(\.times)) {
                json[schedule.name] = .array(times.map(JSONValue.string))
            }
            show(found, json: .object(json), invocation)
        }
        return .success
    }

    private func times(of rule: ScheduleRule, after start: Int) -> [String] {
        var found: [String] = []
        var at = start
        while found.count < number, let due = rule.next(after: at) {
            found.append(Moment.text(due, in: rule.zone))
            at = due
        }
        return found
    }

    private func rule(_ cron: String) throws(ClientError) -> ScheduleRule {
        let zone = try self.zone()
        do throws(CronError) {
            let expression = try CronExpression(cron)
            guard expression.isEverDue(after: Timestamp.now.seconds) else { throw .impossible(cron) }
            return ScheduleRule(.cron(expression), zone: zone)
        } catch {
            throw .usage(error.description + (error.hint.map { "; \($0)" } ?? ""))
        }
    }

    private func zone() throws(ClientError) -> Zone {
        do throws(ZoneError) {
            return try ZoneDirectory.system.zone(timezone)
        } catch {
            throw .usage(error.description + (error.hint.map { "; \($0)" } ?? ""))
        }
    }

    private func moment(_ text: String) throws(ClientError) -> Int {
        guard let moment = Moment.parse(text, in: try zone()) else {
            throw .usage("--from is no time: \"\(text)\"; write it as 2026-03-29T01:00:00Z")
        }
        return moment
    }

    private func show(_ found: [(name: String, times: [String])], json: JSONValue, _ invocation: Invocation) {
        guard !output.json else {
            invocation.output.write(SafeText.json(json.text()) + "\n")
            return
        }
        for (name, times) in found {
            if !name.isEmpty { invocation.output.print(StyledLine(name, .bold)) }
            for time in times { invocation.output.print(StyledLine(time)) }
            if times.isEmpty { invocation.output.print(StyledLine("not due any more", .dim)) }
        }
    }
}

extension Timestamp {
    /// Whole seconds since 1970-01-01T00:00:00Z.
    fileprivate var seconds: Int { Int(microseconds / 1_000_000) }
}
