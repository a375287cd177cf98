import JobModel
import Testing

@testable import Workflow

/// How long runs and jobs may wait and take, as files say it.
@Suite struct WatchTermsTests {
    @Test func readsWhatIsWatched() throws {
        let workflow = try definition(
            """
            name: w
            deadline: {within: 2h, otherwise: fail}
            notify: [failed, succeeded]
            jobs:
              a: {command: [x], queue_timeout: 5m, total_timeout: 1h, timeout: 10m, deadline: 90m}
              b: {command: [x]}
            """
        )
        #expect(workflow.watches == [WatchTerms(.deadline, .seconds(7200), otherwise: .fail)])
        #expect(workflow.notices == [.failed, .succeeded])
        #expect(
            workflow.jobs[0].flow.watches == [
                WatchTerms(.queue, .seconds(300)), WatchTerms(.total, .seconds(3600)),
                WatchTerms(.deadline, .seconds(5400), otherwise: .tell),
            ]
        )
        #expect(workflow.jobs[0].timeout == .seconds(600))
        #expect(workflow.jobs[1].flow.watches.isEmpty)
    }

    @Test(arguments: [
        ("deadline: soon", "expected a duration"), ("deadline: {otherwise: fail}", "within"),
        ("deadline: {within: 2h, otherwise: wait}", "expected one of tell, fail, cancel"),
        ("notify: [running]", "\"running\" is no ending of a run"), ("notify: failed", "expected a list"),
    ])
    func refusesWhatMakesNoSense(_ line: String, _ fault: String) throws {
        let faults = faults("name: w\n\(line)\njobs:\n  a: {command: [x]}\n")
        #expect(faults.count == 1 && faults[0].contains(fault), "\(faults)")
    }
}
