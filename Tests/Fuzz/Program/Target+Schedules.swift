import Schedules

extension FuzzTarget {
    /// Cron expressions: each is refused, or due at moments that come one after the other.
    static let cron = FuzzTarget(
        name: "cron",
        seeds: {
            ["0 6 * * MON", "*/15 0-6,20 L * *", "5 4 15W JAN-MAR,DEC ?", "@daily", "0 0 0 29 2 *", "0 30 2 * * 5#3"]
                .map { Array($0.utf8) }
        },
        words: ["*", "/", "-", ",", "L", "W", "#", "?", " ", "@hourly", "MON", "FEB", "31", "59", "24", "0"],
        read: { input in
            guard let text = String(validating: input, as: UTF8.self) else { return "no text" }
            do throws(CronError) {
                let expression = try CronExpression(text)
                var instant = 1_700_000_000
                for _ in 0..<5 {
                    guard let next = expression.next(after: instant, in: .utc) else { return "never" }
                    require(next > instant, "due at \(next), not after \(instant)")
                    instant = next
                }
                return "due"
            } catch {
                return outcome("\(error)")
            }
        }
    )

    /// Files of time zones: each is refused, or tells an offset that could be one.
    static let zone = FuzzTarget(
        name: "zone",
        seeds: {
            let names = ["UTC", "Europe/Berlin", "Asia/Kathmandu", "America/Sao_Paulo", "Africa/Casablanca"]
            return names.compactMap { ProjectFile.read("/usr/share/zoneinfo/\($0)") } + [Array("TZif2".utf8)]
        },
        words: ["TZif", "\nCET-1CEST,M3.5.0,M10.5.0/3\n", "\n<+05>-5\n", "\u{0}\u{0}\u{0}\u{1}", "\u{7F}\u{FF}"],
        read: { input in
            do throws(ZoneError) {
                let zone = try Zone(name: "made", parsing: input)
                for instant in [-5_000_000_000, 0, 1_700_000_000, 40_000_000_000] {
                    require(
                        abs(zone.offset(at: instant)) < 8 * 86_400,
                        "an offset of \(zone.offset(at: instant)) seconds"
                    )
                }
                if let daily = try? CronExpression("30 2 * * *") { _ = daily.next(after: 1_700_000_000, in: zone) }
                return "read"
            } catch {
                return outcome("\(error)")
            }
        }
    )
}
