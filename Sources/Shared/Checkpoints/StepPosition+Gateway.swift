extension StepPosition {
    /// What the positions of all steps begin with that the gateway records.
    package static let gatewayPrefix = "gateway/"

    /// What the positions begin with of those among them that a program named.
    package static let namedPrefix = gatewayPrefix + "step/"
}
