package import JobModel

/// What a call that costs money is, and the bounds that hold for its job.
package struct PaidCall: Equatable, Sendable {
    /// What the workflow file says of a job's money.
    package struct Bounds: Equatable, Sendable {
        /// The budget of the whole run.
        package var run: Budget?
        /// The budget of the job.
        package var job: Budget?
        /// How many calls the job may make in all attempts together; nil for no bound.
        package var calls: Int?

        package init(run: Budget? = nil, job: Budget? = nil, calls: Int? = nil) {
            self.run = run
            self.job = job
            self.calls = calls
        }
    }

    /// The connection that it goes through; nil where that is no connection of the worker's.
    package var connection: String?
    /// The model, as its provider knows it.
    package var model: String?
    /// The most that it can cost; nil where nobody knows.
    package var most: MicroDollars?
    /// The price that it goes by.
    package var price: ModelPrice?
    package var bounds: Bounds

    package init(
        connection: String?,
        model: String?,
        most: MicroDollars?,
        price: ModelPrice?,
        bounds: Bounds = Bounds()
    ) {
        self.connection = connection
        self.model = model
        self.most = most
        self.price = price
        self.bounds = bounds
    }
}
