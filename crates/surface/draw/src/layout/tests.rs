//! Laws of layouts, on random graphs.

use super::*;
use proptest::prelude::*;

fn box_of(width: f64) -> Room {
    Room { width, height: 20.0 + width / 10.0, ports: width * 0.6 }
}

/// A graph on up to 30 nodes; `a < b` for all its edges if `acyclic`.
fn graphs(acyclic: bool) -> impl Strategy<Value = (Vec<Room>, Vec<(usize, usize)>)> {
    (1usize..30).prop_flat_map(move |n| {
        let rooms = prop::collection::vec((10.0f64..150.0).prop_map(box_of), n);
        let edges = prop::collection::vec((0..n, 0..n), 0..50).prop_map(move |edges| {
            if !acyclic {
                return edges;
            }
            edges.into_iter().filter(|(a, b)| a != b).map(|(a, b)| (a.min(b), a.max(b))).collect()
        });
        (rooms, edges)
    })
}

fn overlap(a: ((f64, f64), Room), b: ((f64, f64), Room)) -> bool {
    let apart = |d: f64, s: f64| d.abs() < s / 2.0 - 1e-6;
    apart(a.0.0 - b.0.0, a.1.width + b.1.width) && apart(a.0.1 - b.0.1, a.1.height + b.1.height)
}

fn check(rooms: &[Room], layout: &Layout) -> Result<(), TestCaseError> {
    for i in 0..rooms.len() {
        for j in 0..i {
            let both = overlap((layout.nodes[i], rooms[i]), (layout.nodes[j], rooms[j]));
            prop_assert!(!both, "nodes {} and {} overlap", i, j);
        }
        let (x, y) = layout.nodes[i];
        prop_assert!(x - rooms[i].width / 2.0 >= 0.0 && x + rooms[i].width / 2.0 <= layout.width);
        prop_assert!(y - rooms[i].height / 2.0 >= 0.0 && y + rooms[i].height / 2.0 <= layout.height);
    }
    Ok(())
}

proptest! {
    #[test]
    fn nodes_stand_apart_and_edges_go_down((rooms, edges) in graphs(true)) {
        let layout = layered(&rooms, &edges);
        check(&rooms, &layout)?;
        for (route, &(a, b)) in layout.routes.iter().zip(&edges) {
            prop_assert!(layout.nodes[a].1 < layout.nodes[b].1);
            prop_assert!(route.windows(2).all(|w| w[0].1 <= w[1].1));
            let (first, last) = (route[0], route[route.len() - 1]);
            prop_assert!((first.1 - (layout.nodes[a].1 + rooms[a].height / 2.0)).abs() < 1e-9);
            prop_assert!((last.1 - (layout.nodes[b].1 - rooms[b].height / 2.0)).abs() < 1e-9);
            prop_assert!((first.0 - layout.nodes[a].0).abs() <= rooms[a].width / 2.0);
            prop_assert!((last.0 - layout.nodes[b].0).abs() <= rooms[b].width / 2.0);
            // No edge runs through another node: it is upright wherever nodes stand.
            for (v, &(x, y)) in layout.nodes.iter().enumerate().filter(|(v, _)| *v != a && *v != b) {
                for w in route.windows(2) {
                    let (low, high) = (w[0].0.min(w[1].0), w[0].0.max(w[1].0));
                    let room = rooms[v];
                    let beside = high < x - room.width / 2.0 || low > x + room.width / 2.0;
                    let above_or_below = w[1].1 <= y - room.height / 2.0 + 1e-9 || w[0].1 >= y + room.height / 2.0 - 1e-9;
                    prop_assert!(beside || above_or_below, "an edge runs through node {}", v);
                }
            }
        }
        prop_assert_eq!(layered(&rooms, &edges), layout);
    }

    #[test]
    fn cycles_and_loops_are_drawn_too((rooms, edges) in graphs(false)) {
        let layout = layered(&rooms, &edges);
        check(&rooms, &layout)?;
        for (route, (a, b)) in layout.routes.iter().zip(&edges) {
            prop_assert_eq!(route.is_empty(), a == b);
        }
    }

    #[test]
    fn crossings_are_counted_right((rooms, edges) in graphs(true)) {
        let n = rooms.len();
        let ranks = rank(n, &edges);
        let mut links: Vec<_> = edges.iter().copied().filter(|&(a, b)| ranks[b] == ranks[a] + 1).collect();
        links.sort_unstable();
        links.dedup();
        let order = Order::first(&ranks, &links, n);
        let mut crossings = 0;
        for (i, &(a, b)) in links.iter().enumerate() {
            for &(c, d) in &links[..i] {
                let across = (order.place[a] as i64 - order.place[c] as i64) * (order.place[b] as i64 - order.place[d] as i64);
                crossings += usize::from(ranks[a] == ranks[c] && across < 0);
            }
        }
        prop_assert_eq!(order.crossings(), crossings);
        prop_assert!(Order::best(&ranks, &links, n).crossings() <= crossings);
    }

    #[test]
    fn trees_have_no_crossings(parents in prop::collection::vec(any::<prop::sample::Index>(), 1..40)) {
        let edges: Vec<(usize, usize)> = parents.iter().enumerate().map(|(i, p)| (p.index(i + 1), i + 1)).collect();
        let ranks = rank(parents.len() + 1, &edges);
        let mut links = edges.clone();
        links.sort_unstable();
        prop_assert_eq!(Order::best(&ranks, &links, ranks.len()).crossings(), 0);
    }

    #[test]
    fn places_are_the_nearest_allowed(wanted in prop::collection::vec((-50.0f64..50.0, 0.1f64..5.0), 1..8), moved in prop::collection::vec(-1.0f64..1.0, 8)) {
        let offsets: Vec<f64> = (0..wanted.len()).map(|i| i as f64 * 7.0).collect();
        let places = nearest(&wanted, &offsets);
        let allowed = |p: &[f64]| p.windows(2).all(|w| w[1] - w[0] >= 7.0 - 1e-9);
        let cost = |p: &[f64]| p.iter().zip(&wanted).map(|(p, w)| w.1 * (p - w.0).powi(2)).sum::<f64>();
        prop_assert!(allowed(&places));
        for scale in [0.01, 0.3, 3.0] {
            let other: Vec<f64> = places.iter().zip(&moved).map(|(p, m)| p + m * scale).collect();
            prop_assert!(!allowed(&other) || cost(&other) >= cost(&places) - 1e-9);
        }
    }
}

#[test]
fn a_straight_chain_stays_straight() {
    let rooms = vec![box_of(40.0); 4];
    let layout = layered(&rooms, &[(0, 1), (1, 2), (2, 3)]);
    assert!(layout.nodes.iter().all(|n| (n.0 - layout.nodes[0].0).abs() < 1e-6));
}

#[test]
fn nothing_is_fine() {
    assert_eq!(layered(&[], &[]).width, 0.0);
}
