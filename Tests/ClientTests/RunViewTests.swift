import JobModel
import Testing

@testable import Client

@Suite struct RunViewTests {
    @Test func showsARunWhole() throws {
        let page = RunView(run: try Fixture.run, now: Fixture.now).lines(width: nil)
        #expect(
            Fixture.text(page) == """
                run 12  churn-report v3  ✓ succeeded
                team growth · created 1m ago · took 41.2s
                params  segment=enterprise

                job           kind     state        attempts   took  steps     cost  also after
                extract       sql      ✓ succeeded         1  340ms
                ├─ analyze    agent    ✓ succeeded         2  39.6s      4  $0.0123
                │  └─ report  command  ✓ succeeded         1   1.1s                  extract
                └─ chart      command  – skipped

                attempt    state        worker                          started   took  replayed                              error
                extract 1  ✓ succeeded  worker-1 (pid 4211 on build-3)  59s ago  340ms
                analyze 1  ✗ lost       worker-1 (pid 4211 on build-3)  59s ago  19.6s                                        the worker process is gone [worker_lost]
                analyze 2  ✓ succeeded  worker-2 (pid 4212 on build-3)  39s ago  19.4s  2 steps, 1 model call, $0.0041 saved
                report 1   ✓ succeeded  worker-2 (pid 4212 on build-3)  19s ago   1.1s

                step             what                state               took  tokens in  out     cost  attempt  replayed
                analyze t0001    model model/gpt-4o  ✓ recorded          3.2s       1200  110  $0.0041        1  1×
                analyze t0001.1  tool sql            ✓ recorded          42ms                                 1  1×
                analyze t0002    model model/gpt-4o  ? outcome unknown  16.5s                                 1
                analyze t0002    model model/gpt-4o  ✓ recorded          4.0s       1500  210  $0.0082        2

                paid 3 model calls, 2 steps replayed free, 1 outcome unknown; $0.0123 ($0.0041 saved)
                """
        )
    }

    @Test(arguments: [36, 40, 60, 80, 100, 120])
    func staysWithinTheTerminal(_ width: Int) throws {
        let page = RunView(run: try Fixture.run, now: Fixture.now).lines(width: width)
        // The first lines and the last are sentences; all else is tables.
        #expect(page.dropFirst(3).dropLast().allSatisfy { $0.width <= width })
        #expect(Fixture.text(page).contains("analyze t0002"))
    }

    @Test func listsRuns() throws {
        guard case .object(var run) = try Fixture.runJSON else { return }
        run["jobs"] = ["succeeded": 3, "skipped": 1, "running": 1]
        let lines = RunsTable.lines([RunSummary(.object(run))], now: Fixture.now, width: nil)
        #expect(
            Fixture.text(lines) == """
                run  workflow         state        jobs  created   took     cost  params
                 12  churn-report v3  ✓ succeeded  4/5   1m ago   41.2s  $0.0123  segment=enterprise
                """
        )
        #expect(Fixture.text(RunsTable.lines([], now: Fixture.now, width: 80)) == "no runs")
    }

    @Test func survivesAnswersItDoesNotKnow() {
        let run = RunDetail(["id": "x", "state": "pondering", "jobs": [["name": "a", "needs": ["a"], "state": 5]]])
        let text = Fixture.text(RunView(run: run, now: Fixture.now).lines(width: 80))
        #expect(text.contains("pondering"))
    }
}
