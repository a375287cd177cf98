/// How a connection's calls are given to batches.
package struct BatchSettings: Equatable, Sendable {
    /// How long a call waits for others, by default 10 seconds.
    package var gather: Duration = .seconds(10)
    /// The shortest pause between two looks at a batch, by default 30 seconds; it grows with the batch's age.
    package var poll: Duration = .seconds(30)
    /// How long a batch that may have been sent may take to show up in the provider's list, by default a minute.
    ///
    /// The request that sends it takes three quarters of that at most.
    package var doubt: Duration = .seconds(60)

    package init() {}
}
