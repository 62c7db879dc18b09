//! What of a request's time its connection took: nothing, where one was open already.

use std::cell::Cell;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::Instant;
use tower_layer::Layer;
use tower_service::Service;

tokio::task_local! {
    /// What the connections of the request that is being sent have taken so far.
    static TAKEN: Cell<Duration>;
}

/// Sends a request; what came back, and what was spent on a connection for it.
pub(super) async fn apart<T>(sending: impl Future<Output = T>) -> (T, Duration) {
    let sending = async {
        let came = sending.await;
        (came, TAKEN.with(Cell::get))
    };
    TAKEN.scope(Cell::new(Duration::ZERO), sending).await
}

/// Takes the time of each connection.
#[derive(Clone, Copy)]
pub(super) struct Watch;

impl<S> Layer<S> for Watch {
    type Service = Watched<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Watched { inner }
    }
}

/// What makes connections, under watch.
#[derive(Clone)]
pub(super) struct Watched<S> {
    inner: S,
}

impl<S, R> Service<R> for Watched<S>
where
    S: Service<R>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: R) -> Self::Future {
        let begun = Instant::now();
        let connecting = self.inner.call(request);
        Box::pin(async move {
            let connected = connecting.await;
            // A connection that came too late is made ready for the next request, and nobody waits for it.
            let _ = TAKEN.try_with(|taken| taken.set(taken.get() + begun.elapsed()));
            connected
        })
    }
}
