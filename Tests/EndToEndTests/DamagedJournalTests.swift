import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// A journal is altered and its tail is torn between two attempts.
@Suite struct DamagedJournalTests {
    @Test(.timeLimit(.minutes(5)), arguments: ["t0003", "t0003.1"])
    func costsTheAlteredStepAlone(step: String) async throws {
        let fleet = try await Fleet.make()
        let scheduler = await fleet.scheduler()
        let run = try await fleet.submitAgent()
        let first = fleet.worker("first", failpoint: "after-checkpoint:t0006.1")
        #expect(await first.ended() == .signalled(SIGKILL), "\(first.output)")
        try await damage(run, step: step, on: fleet)
        let second = fleet.worker("second")
        #expect(try await fleet.end(of: run) == "succeeded", "\(second.output)")

        // The next turn's request repeats a turn's answer, so that costs nothing; a tool call is made again.
        let bill = try fleet.bill()
        #expect(bill.needed == 10 && bill.billed == 10)
        let rows = try await StepRows(of: run, on: fleet.pool)
        let notes = try fleet.notes()
        for (position, item) in Boundary.items {
            let isAgain = position == "t0006.1" || position == step
            #expect(notes.filter { $0 == item }.count == (isAgain ? 2 : 1), "\(position)")
        }
        for position in Boundary.steps {
            #expect(rows.recorded(position) == (position == step && step.contains(".") ? 2 : 1), "\(position)")
            // The record that was torn was the last one, and its intent was not settled.
            #expect(rows.unknown(position) == (position == "t0006.1" ? 1 : 0), "\(position)")
        }
        let logs = await fleet.chassis(["logs", "\(run)"], at: scheduler)
        #expect(logs.contains("step \(step): line ") && logs.contains(" is damaged"), "\(logs)")
        #expect(logs.contains("of an unfinished write at byte"), "\(logs)")
        let shown = await fleet.chassis(["show", "\(run)"], at: scheduler)
        #expect(shown.contains("1 damaged record"), "\(shown)")
        #expect(shown.contains("unknown"), "\(shown)")
        await second.killAndWait()
        await scheduler.killAndWait()
        await fleet.close()
    }

    /// That a call was made is known, although its result is lost: it is not made again.
    @Test(.timeLimit(.minutes(5))) func neverRepeatsAnAlteredCallWhoseEffectIsOnce() async throws {
        let fleet = try await Fleet.make(turns: 5)
        let scheduler = await fleet.scheduler()
        let run = try await fleet.submitAgent(effect: "once")
        let first = fleet.worker("first", failpoint: "before-send:t0004")
        #expect(await first.ended() == .signalled(SIGKILL), "\(first.output)")
        try await damage(run, step: "t0003.1", isTorn: false, on: fleet)
        let second = fleet.worker("second")
        _ = try await fleet.wait(
            for: run,
            until: "SELECT FROM chassis.waiting WHERE run_id = $1::bigint AND waits_for = 'effect'"
        )
        #expect(try fleet.notes().filter { $0 == "3" }.count == 1)
        // A person has it made again.
        let answer = await fleet.chassis(["resolve", "\(run)", "work", "t0003.1", "--not-happened"], at: scheduler)
        #expect(try await fleet.end(of: run) == "succeeded", "\(answer)")
        #expect(try fleet.notes().filter { $0 == "3" }.count == 2)
        await second.killAndWait()
        await scheduler.killAndWait()
        await fleet.close()
    }

    /// An answer that is too long to be repeated in the next turn's record is named there, and is not paid for again.
    @Test(.timeLimit(.minutes(5))) func costsNothingWhenALongAnswersRecordIsAltered() async throws {
        let long = String(repeating: "word ", count: 2000)
        let call: JSONValue = ["name": "note", "arguments": ["item": "1"]]
        let script: JSONValue = [
            "name": "long", "match": ["text": "go through"],
            "turns": [["text": .string(long), "calls": [call]], ["text": "more", "calls": [call]], ["text": "done"]],
        ]
        let fleet = try await Fleet.make(scenarios: [script])
        let run = try await fleet.submitAgent()
        let first = fleet.worker("first", failpoint: "before-send:t0003")
        #expect(await first.ended() == .signalled(SIGKILL), "\(first.output)")
        #expect(try fleet.bill().billed == 2)
        try await damage(run, step: "t0001", isTorn: false, on: fleet)
        let second = fleet.worker("second")
        #expect(try await fleet.end(of: run) == "succeeded", "\(second.output)")
        #expect(try fleet.bill().billed == 3)
        await second.killAndWait()
        await fleet.close()
    }

    /// Alters a byte in the middle of a step's record, and cuts the last record short.
    private func damage(_ run: RunID, step: String, isTorn: Bool = true, on fleet: Fleet) async throws {
        let path = try await fleet.journal(of: run, epoch: 1)
        var bytes = Array(Fleet.read(path).utf8)
        let position = Array("\"position\":\"\(step)\"".utf8)
        let start = try #require(bytes.indices.first { bytes[$0...].starts(with: position) })
        bytes[start + 120] ^= 1
        if isTorn { bytes.removeLast(10) }
        Fleet.write(String(decoding: bytes, as: UTF8.self), to: path)
    }
}
