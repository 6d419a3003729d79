//! The same programs, compiled by ascent: sequential and parallel.

macro_rules! programs {
    ($module:ident, $ascent:ident) => {
        /// Programs for one of ascent's macros.
        pub mod $module {
            #![allow(clippy::all)]
            use ascent::$ascent;

            $ascent! {
                pub struct Closure;
                relation edge(u32, u32);
                relation path(u32, u32);
                path(x, y) <-- edge(x, y);
                path(x, y) <-- edge(x, z), path(z, y);
            }

            $ascent! {
                pub struct Reach;
                relation start(u32);
                relation edge(u32, u32);
                relation reach(u32);
                reach(y) <-- start(x), edge(x, y);
                reach(y) <-- reach(x), edge(x, y);
            }

            $ascent! {
                pub struct Hops;
                relation edge(u32, u32);
                relation hop(u32, u32);
                hop(y, n + 1) <-- hop(x, n), if *n < 10, edge(x, y);
            }

            $ascent! {
                pub struct Generation;
                relation parent(u32, u32);
                relation sg(u32, u32);
                sg(x, y) <-- parent(x, p), parent(y, p);
                sg(x, y) <-- parent(x, a), sg(a, b), parent(y, b);
            }

            $ascent! {
                pub struct PointsTo;
                relation alloc(u32, u32);
                relation assign(u32, u32);
                relation load(u32, u32, u32);
                relation store(u32, u32, u32);
                relation pt(u32, u32);
                relation heap(u32, u32, u32);
                pt(v, o) <-- alloc(v, o);
                pt(v, o) <-- assign(v, w), pt(w, o);
                heap(b, f, o) <-- store(u, f, w), pt(u, b), pt(w, o);
                pt(v, o) <-- load(v, u, f), pt(u, b), heap(b, f, o);
            }
        }
    };
}

programs!(sequential, ascent);
programs!(parallel, ascent_par);
