/// What a job of a fork takes over of one job.
package struct ForkSource: Equatable, Sendable {
    package let run: RunID
    /// That run's job of the same name; nil when it has none.
    package let job: JobID?
    package let reach: ForkReach

    package init(run: RunID, job: JobID?, reach: ForkReach) {
        self.run = run
        self.job = job
        self.reach = reach
    }
}
