import JobModel
import Testing

@testable import Storage

@Suite struct RunReaderLogTests {
    private func page(_ answer: RunReader.LogAnswer) throws -> LogPage {
        guard case .page(let page) = answer else { throw SceneError.noPage(answer) }
        return page
    }

    @Test func theNextPageBeginsNoFurtherThanTwoSecondsAgo() async throws {
        let scene = try await ReadingScene.make()
        let run = try await scene.submit()
        let job = try await scene.claim()
        let now = try await scene.now()
        try await scene.say("old", job, ago: .seconds(600))
        try await scene.say("new", job, ago: .zero)
        try await scene.say("late", job, ago: .seconds(600))
        let first = try page(try await scene.reader.log(of: run, now: now))
        #expect(first.lines.map(\.text) == ["old", "new", "late"])
        #expect(first.next == first.lines[0].number)
        #expect(!first.isFinal)
        let second = try page(try await scene.reader.log(of: run, after: first.next, now: now))
        #expect(second.lines.map(\.text) == ["new", "late"])
        #expect(second.next == first.next)
        let later = try page(try await scene.reader.log(of: run, now: "2999-01-01T00:00:00Z"))
        #expect(later.next == later.lines.last?.number)
    }

    @Test func theLogOfAnEndedRunIsFinalOnItsLastPage() async throws {
        let scene = try await ReadingScene.make()
        let run = try await scene.submit()
        let job = try await scene.claim()
        for number in 1...3 { try await scene.say("line \(number)", job, ago: .zero) }
        try await scene.end(job)
        let first = try page(try await scene.reader.log(of: run, limit: 2, now: "2999-01-01T00:00:00Z"))
        #expect(first.lines.count == 2)
        #expect(!first.isFinal)
        let last = try page(try await scene.reader.log(of: run, after: first.next, limit: 2))
        #expect(last.lines.map(\.text) == ["line 3"])
        #expect(last.isFinal)
        #expect(last.next == last.lines.last?.number)
    }

    @Test func linesNameTheirJobAndAttempt() async throws {
        let scene = try await ReadingScene.make()
        let run = try await scene.submit(jobs: [
            RunStore.NewJob(name: "a", kind: "sql"), RunStore.NewJob(name: "b", kind: "sql"),
        ])
        let first = try await scene.claim()
        try await scene.say("by the released one", first, ago: .zero)
        try await scene.release(first)
        let (second, third) = (try await scene.claim(), try await scene.claim())
        for job in [second, third] { try await scene.say("by \(job.name)", job, ago: .zero) }
        try await scene.end(third)
        let all = try page(try await scene.reader.log(of: run)).lines
        #expect(all.map(\.attempt) == [1, 1, 1])
        #expect(all.map(\.stream) == [.stdout, .stdout, .stdout])
        let ofB = try page(try await scene.reader.log(of: run, job: "b")).lines
        #expect(ofB.map(\.text) == ["by b"])
        #expect(ofB.map(\.job) == ["b"])
    }

    @Test func missingRunsAndJobsAreToldApart() async throws {
        let scene = try await ReadingScene.make()
        let run = try await scene.submit()
        #expect(try await scene.reader.log(of: run, job: "none") == .noJob)
        #expect(try await scene.reader.log(of: RunID(rawValue: 999)) == .noRun)
        #expect(try page(try await scene.reader.log(of: run)) == LogPage(lines: [], next: 0, isFinal: false))
    }
}
