import JobModel
import Logging
import Postgres
import Storage
import Synchronization
import Telemetry

extension JobPool {
    /// Runs a job, and writes what became of it; an ending goes with the next turn.
    func execute(_ job: ClaimedJob, _ signal: StopSignal) async {
        var ending: JobEnding?
        var isDropped = false
        switch await runJob(job, signal) {
        case .end(let outcome):
            ending = JobEnding(of: job, outcome)
        case .produce(let outcome, let products):
            ending = JobEnding(of: job, outcome, products: products)
        case .retry(let failure, let delay):
            await write(job) { try await self.queue.delay(job.id, epoch: job.epoch, for: delay, failure: failure) }
        case .release:
            await write(job) {
                guard let name = try await self.queue.release(job.id, epoch: job.epoch) else { return false }
                self.notifier.notify([name])
                return true
            }
        case .suspend(let suspension):
            await write(job) {
                switch try await self.queue.suspend(job.id, epoch: job.epoch, suspension) {
                case nil: return false
                case .waiting?: return true
                case .pending(let name)?:
                    self.notifier.notify([name])
                    return true
                }
            }
        case .drop: isDropped = true
        }
        let isWorthALook = state.withLock { state in
            state.jobReturned(job, ending: ending, isDropped: isDropped)
            return state.isWorthALook
        }
        if isWorthALook { wakeUp() }
    }

    /// Writes until it is written or the lease is lost.
    private func write(_ job: ClaimedJob, _ body: () async throws -> Bool) async {
        var pause = Duration.milliseconds(20)
        while lease.isHeld {
            do {
                if try await !body() {
                    logger.warning(
                        "the lease was lost before the job could be given back or set aside",
                        metadata: [LogKey.job: "\(job.id)", LogKey.epoch: "\(job.epoch)"]
                    )
                }
                return
            } catch is CancellationError {
                return
            } catch {
                logger.warning("a job could not be given back yet", metadata: [LogKey.error: "\(error)"])
            }
            do { try await ContinuousClock().sleep(for: pause) } catch { return }
            pause = min(pause * 2, Self.longestPause)
        }
    }
}
